using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Tests.OpenAI;

public sealed class Chat_completions : ServiceTest
{
    [Fact]
    public async Task Answer_in_OpenAIs_shape()
    {
        GenerateText? asked = null;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
        {
            asked = command;
            return reply.Send(Neighbours.Final(command, "Hello."));
        });

        var answer = await Json(await Post(host, new
        {
            model = "small-one",
            messages = new object[] { new { role = "system", content = "Be brief." }, new { role = "user", content = new[] { new { type = "text", text = "Hi" } } } },
            temperature = 0.5,
            top_p = 0.9,
            max_completion_tokens = 7,
            seed = 3,
            stop = "END",
            user = "u1",
        }));

        Assert.StartsWith("chatcmpl-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.Equal("small-one", answer.GetProperty("model").GetString());
        Assert.Equal("fp_aaaaaaaaaa", answer.GetProperty("system_fingerprint").GetString());
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("Hello.", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(8, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal(["Be brief.", "Hi"], asked!.Messages.Select(m => m.Content));
        Assert.Equal((0.5, 0.9, 7, 3L), (asked.Sampling.Temperature, asked.Sampling.TopP, asked.Sampling.MaxTokens, asked.Sampling.Seed!.Value));
        Assert.Equal(["END"], asked.Sampling.Stop);
        Assert.Equal(ApplicationHost.Tenant, asked.Job.Tenant);
    }

    [Fact]
    public async Task Stream_chunks_usage_and_done()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "One "));
            await reply.Send(Neighbours.Piece(command, 1, "two"));
            await reply.Send(Neighbours.Final(command, "One two"));
        });

        var response = await Post(host, new { model = "small-one", messages = Hi, stream = true, stream_options = new { include_usage = true } });

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var (chunks, done) = await Chunks(response);
        Assert.True(done);
        Assert.Equal("assistant", Delta(chunks[0]).GetProperty("role").GetString());
        Assert.Equal("One two", Text(chunks));
        Assert.Equal("stop", chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        Assert.Equal(3, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(JsonValueKind.Null, chunks[0].GetProperty("usage").ValueKind);
        Assert.Single(chunks.Select(c => c.GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task Repair_a_lost_piece_from_the_final_answer()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "a "));
            await reply.Send(Neighbours.Piece(command, 2, "c "));
            await reply.Send(Neighbours.Final(command, "a b c d"));
        });

        var (chunks, done) = await Chunks(await Post(host, new { model = "small-one", messages = Hi, stream = true }));

        Assert.True(done);
        Assert.Equal("a b c d", Text(chunks));
        Assert.False(chunks[0].TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task Tell_the_worker_when_the_client_is_gone()
    {
        var asked = new TaskCompletionSource<Guid>();
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "word"));
            asked.TrySetResult(command.GenerationId);
        });
        using var leave = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(new { model = "small-one", messages = Hi, stream = true }) };
        using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leave.Token);

        response.Dispose();

        Assert.Equal(await asked.Task, (await host.Neighbours.Hears<GenerationAbandoned>()).GenerationId);
    }

    [Fact]
    public async Task Answer_503_with_a_time_to_come_back_when_no_worker_answers()
    {
        await using var host = await ApplicationHost.Start(DataRoot, null, ("Aigc:Application:AnswerTimeout", "00:00:00.200"));

        var response = await Post(host, new { model = "small-one", messages = Hi });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        await host.Neighbours.Hears<GenerationAbandoned>();
    }

    [Fact]
    public async Task Answer_404_for_a_model_nobody_has()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await Post(host, new { model = "gpt-9", messages = Hi });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("model_not_found", (await Json(response)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Give_the_workers_problem_its_status()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) => reply.Send(new TextGenerationFailed
        {
            GenerationId = command.GenerationId,
            Problem = new Problem { Code = "context_length_exceeded", Message = "Too long." },
        }));

        var response = await Post(host, new { model = "small-one", messages = Hi, stream = true });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("messages", (await Json(response)).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task Tell_of_a_failure_inside_a_stream()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "word"));
            await reply.Send(new TextGenerationFailed { GenerationId = command.GenerationId, Problem = new Problem { Code = "worker_lost", Message = "Gone.", Transient = true } });
        }, ("Aigc:Application:AnswerTimeout", "00:00:10"));

        var response = await Post(host, new { model = "small-one", messages = Hi, stream = true });

        // The failure may overtake the piece; then it has a status of its own.
        var body = await response.Content.ReadAsStringAsync();
        Assert.Contains("\"worker_lost\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{}}}""", "response_format.json_schema")]
    [InlineData("""{"response_format":{"type":"xml"}}""", "response_format.type")]
    [InlineData("""{"top_logprobs":3}""", "top_logprobs")]
    [InlineData("""{"logprobs":true,"top_logprobs":21}""", "top_logprobs")]
    [InlineData("""{"n":17}""", "n")]
    [InlineData("""{"frequency_penalty":2.5}""", "frequency_penalty")]
    [InlineData("""{"presence_penalty":-3}""", "presence_penalty")]
    [InlineData("""{"logit_bias":{"hello":1}}""", "logit_bias")]
    [InlineData("""{"logit_bias":{"7":101}}""", "logit_bias")]
    [InlineData("""{"min_p":2}""", "min_p")]
    [InlineData("""{"repetition_penalty":0}""", "repetition_penalty")]
    [InlineData("""{"stop_token_ids":[-1]}""", "stop_token_ids")]
    [InlineData("""{"temperature":3}""", "temperature")]
    [InlineData("""{"max_tokens":0}""", "max_tokens")]
    [InlineData("""{"stop":["1","2","3","4","5"]}""", "stop")]
    [InlineData("""{"stream":"yes"}""", "stream")]
    [InlineData("""{"stream_options":{"include_usage":true}}""", "stream_options")]
    [InlineData("""{"surprise":1}""", "surprise")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"role":"robot","content":"x"}]}""", "messages[0].role")]
    public async Task Refuse_what_they_cannot_do_by_name(string change, string param)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var body = JsonSerializer.SerializeToNode(new { model = "small-one", messages = Hi })!.AsObject();
        foreach (var (key, value) in System.Text.Json.Nodes.JsonNode.Parse(change)!.AsObject().ToArray())
        {
            body[key] = value?.DeepClone();
        }

        var response = await host.Client.PostAsJsonAsync("/v1/chat/completions", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await Json(response)).GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    private static readonly object[] Hi = [new { role = "user", content = "Hi" }];

    private static Task<HttpResponseMessage> Post(ApplicationHost host, object body) => host.Client.PostAsJsonAsync("/v1/chat/completions", body);

    internal static async Task<(JsonElement[] Chunks, bool Done)> Chunks(HttpResponseMessage response)
    {
        var lines = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(block => block["data: ".Length..]).ToArray();
        return ([.. lines.Where(line => line != "[DONE]").Select(line => JsonDocument.Parse(line).RootElement)], lines[^1] == "[DONE]");
    }

    private static JsonElement Delta(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("delta");

    private static string Text(IEnumerable<JsonElement> chunks) => string.Concat(chunks
        .Where(chunk => chunk.GetProperty("choices").GetArrayLength() > 0 && Delta(chunk).TryGetProperty("content", out _))
        .Select(chunk => Delta(chunk).GetProperty("content").GetString()));
}
