using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Tests.OpenAI;

public sealed class Many_answers : ServiceTest
{
    private static readonly object[] Hi = [new { role = "user", content = "Hi" }];

    [Fact]
    public async Task Have_an_index_each_and_every_wish_reaches_the_worker()
    {
        GenerateText? asked = null;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
        {
            asked = command;
            return reply.Send(Two(command));
        });

        var answer = await Json(await host.Client.PostAsJsonAsync("/v1/chat/completions", new
        {
            model = "small-one",
            messages = Hi,
            n = 2,
            logprobs = true,
            top_logprobs = 1,
            frequency_penalty = 0.5,
            presence_penalty = -0.5,
            repetition_penalty = 1.2,
            min_p = 0.05,
            top_k = 40,
            logit_bias = new Dictionary<string, int> { ["7"] = -100 },
            stop_token_ids = new[] { 9 },
            response_format = new { type = "json_schema", json_schema = new { name = "x", schema = new { type = "object" } } },
        }));

        var choices = answer.GetProperty("choices");
        Assert.Equal([(0, "One", "stop"), (1, "Two", "length")], choices.EnumerateArray().Select(choice => (
            choice.GetProperty("index").GetInt32(), choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason").GetString())));
        var token = choices[1].GetProperty("logprobs").GetProperty("content")[0];
        Assert.Equal(("Two", -0.5), (token.GetProperty("token").GetString(), token.GetProperty("logprob").GetDouble()));
        Assert.Equal([84, 119, 111], token.GetProperty("bytes").EnumerateArray().Select(one => one.GetInt32()));
        Assert.Equal("Ten", token.GetProperty("top_logprobs")[0].GetProperty("token").GetString());
        Assert.Equal(4, answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        var sampling = asked!.Sampling;
        Assert.Equal((2, 1, 0.5, -0.5, 1.2, 0.05, 40), (sampling.Answers, sampling.TopLogProbabilities!.Value, sampling.FrequencyPenalty, sampling.PresencePenalty, sampling.RepetitionPenalty, sampling.MinP, sampling.TopK));
        Assert.Equal((-100, 9, "json_schema", """{"type":"object"}"""), (sampling.LogitBias[7], sampling.StopTokens.Single(), sampling.Format.Type, sampling.Format.Schema));
        Assert.Equal(GenerationPriority.Interactive, asked.Priority);
    }

    [Fact]
    public async Task Stream_side_by_side_and_lost_pieces_are_made_good_in_each()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "T") with { Answer = 1 });
            await reply.Send(Neighbours.Piece(command, 0, "O") with { Answer = 0 });
            await reply.Send(Neighbours.Piece(command, 2, "o") with { Answer = 1 });
            await reply.Send(Two(command));
        });

        var (chunks, done) = await Chat_completions.Chunks(await host.Client.PostAsJsonAsync("/v1/chat/completions", new { model = "small-one", messages = Hi, n = 2, stream = true }));

        Assert.True(done);
        var choices = chunks.Select(chunk => chunk.GetProperty("choices")[0]).ToLookup(choice => choice.GetProperty("index").GetInt32());
        Assert.Equal(["One", "Two"], new[] { 0, 1 }.Select(index => string.Concat(choices[index].Select(choice =>
            choice.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : ""))));
        Assert.Equal(["stop", "length"], new[] { 0, 1 }.Select(index => choices[index].Last().GetProperty("finish_reason").GetString()));
        Assert.All(new[] { 0, 1 }, index => Assert.Equal("assistant", choices[index].First().GetProperty("delta").GetProperty("role").GetString()));
    }

    [Fact]
    public async Task Of_a_completion_have_lists_of_log_probabilities()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) => reply.Send(Two(command)));

        var answer = await Json(await host.Client.PostAsJsonAsync("/v1/completions", new { model = "small-one", prompt = "Once", n = 2, logprobs = 1 }));

        var logprobs = answer.GetProperty("choices")[1].GetProperty("logprobs");
        Assert.Equal(("Two", 0, -0.5), (logprobs.GetProperty("tokens")[0].GetString(), logprobs.GetProperty("text_offset")[0].GetInt32(), logprobs.GetProperty("token_logprobs")[0].GetDouble()));
        Assert.Equal(-1.5, logprobs.GetProperty("top_logprobs")[0].GetProperty("Ten").GetDouble());
    }

    [Fact]
    public async Task Stream_log_probabilities_once_each()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "One") with { LogProbabilities = [Token("One")] });
            await reply.Send(Two(command) with { Answers = [new() { Text = "One two", FinishReason = "stop", LogProbabilities = [Token("One"), Token(" two")] }] });
        });

        var (chunks, _) = await Chat_completions.Chunks(await host.Client.PostAsJsonAsync("/v1/chat/completions", new { model = "small-one", messages = Hi, logprobs = true, stream = true }));

        var tokens = chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("logprobs")).Where(told => told.ValueKind == JsonValueKind.Object)
            .SelectMany(told => told.GetProperty("content").EnumerateArray()).Select(token => token.GetProperty("token").GetString());
        Assert.Equal(["One", " two"], tokens);
    }

    private static TextGenerated Two(GenerateText command) => Neighbours.Final(command, "One") with
    {
        CachedPromptTokens = 4,
        Answers = [new() { Text = "One", FinishReason = "stop", LogProbabilities = [Token("One")] }, new() { Text = "Two", FinishReason = "length", LogProbabilities = [Token("Two")] }],
    };

    private static TokenLogProbability Token(string text) => new()
    {
        Token = text,
        Bytes = System.Text.Encoding.UTF8.GetBytes(text),
        LogProbability = -0.5,
        Top = [new() { Token = "Ten", Bytes = "Ten"u8.ToArray(), LogProbability = -1.5 }],
    };
}
