using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Generations;
using Aigc.Inference.Tests.Adapters;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Inference.Tests.Generations;

public sealed class PoolConsumerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_requester_is_answered_and_the_answer_is_announced()
    {
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("a"));
        var answer = await Request(pool, command);
        Assert.Equal(command.GenerationId, answer.GenerationId);
        Assert.Equal((12, command.Model.Folder.Digest), (answer.CompletionTokens, answer.ModelDigest));
        Assert.True(await pool.Bus.Published.Any<TextGenerated>(m => m.Context.Message.Text == answer.Text, Ct));
        Assert.Equal("cpu", answer.Usage.Device);
    }

    [Fact]
    public async Task A_durable_command_sent_again_is_answered_with_the_same_text()
    {
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("a")) with { Sampling = new() { Temperature = 1.5, MaxTokens = 30 } };
        var first = await Send(pool, command);
        var second = await Send(pool, command);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(1, await pool.Worker.Services.GetRequiredService<Storage.Documents.IDocumentStore<GenerationResultDocument>>().Count(new(), Ct));
    }

    [Fact]
    public async Task An_interactive_answer_is_not_kept()
    {
        await using var pool = await PoolHarness.Start();
        await Request(pool, Command(await pool.Worker.Store("a")));
        Assert.Equal(0, await pool.Worker.Services.GetRequiredService<Storage.Documents.IDocumentStore<GenerationResultDocument>>().Count(new(), Ct));
    }

    [Fact]
    public async Task Streamed_pieces_in_order_make_up_the_answer()
    {
        await using var pool = await PoolHarness.Start(new() { ["Aigc:Inference:StreamInterval"] = "00:00:00.001" });
        var pieces = new List<TextStreamed>();
        var endpoint = pool.Bus.Bus.ConnectReceiveEndpoint("pieces", e => e.Handler<TextStreamed>(context =>
        {
            lock (pieces)
                pieces.Add(context.Message);
            return Task.CompletedTask;
        }));
        await endpoint.Ready;
        var command = Command(await pool.Worker.Store("a")) with
        {
            StreamTo = new Uri("queue:pieces"),
            Sampling = new() { Temperature = 1, Seed = 4, MaxTokens = 60 },
        };
        var answer = await Request(pool, command);
        await pool.Bus.InactivityTask;
        var ordered = pieces.OrderBy(piece => piece.Sequence).ToList();
        Assert.Equal(Enumerable.Range(0, ordered.Count), ordered.Select(piece => piece.Sequence));
        Assert.Equal(answer.Text, string.Concat(ordered.Select(piece => piece.Text)));
    }

    [Fact]
    public async Task An_abandoned_generation_ends_as_cancelled_and_its_slot_is_free()
    {
        await using var pool = await PoolHarness.Start(new() { ["Aigc:Inference:Slots"] = "1" });
        var command = Command(await pool.Worker.Store("a"));
        // The event overtakes the command here, which makes the order certain; the other order is the same cancellation.
        await pool.Bus.Bus.Publish(new GenerationAbandoned { GenerationId = command.GenerationId }, Ct);
        Assert.True(await pool.Bus.Consumed.Any<GenerationAbandoned>(Ct));
        var failed = await Refused(pool, command);
        Assert.Equal("cancelled", failed.Problem.Code);
        Assert.NotEmpty((await Request(pool, command with { GenerationId = Guid.NewGuid() })).Text);
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_an_answer_with_figures()
    {
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("a")) with { Prompt = string.Concat(Enumerable.Repeat("zq xv ", 200)) };
        var problem = (await Refused(pool, command)).Problem;
        Assert.Equal("context_length_exceeded", problem.Code);
        Assert.Contains("128", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_an_answer_that_names_the_file()
    {
        await using var pool = await PoolHarness.Start();
        var broken = await pool.Worker.Store("a", damage: model => File.Delete(model.FileOf("tokenizer.json")));
        var problem = (await Refused(pool, Command(broken))).Problem;
        Assert.Equal(("model_not_loadable", "tokenizer.json"), (problem.Code, problem.Param));
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "temperature", "temperature" }, { "top_p", "top_p" }, { "max_tokens", "max_tokens" }, { "stop", "stop" }, { "messages", "messages" }, { "role", "messages" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_request_out_of_range_is_an_answer_that_names_the_field(string what, string param)
    {
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("a"));
        command = what switch
        {
            "temperature" => command with { Sampling = new() { Temperature = 2.5 } },
            "top_p" => command with { Sampling = new() { TopP = 0 } },
            "max_tokens" => command with { Sampling = new() { MaxTokens = 0 } },
            "stop" => command with { Sampling = new() { Stop = [.. Enumerable.Repeat("x", 17)] } },
            "messages" => command with { Prompt = null },
            _ => command with { Prompt = null, Messages = [new() { Role = "wizard", Content = "x" }] },
        };
        var problem = (await Refused(pool, command)).Problem;
        Assert.Equal(("invalid_request", param), (problem.Code, problem.Param));
    }

    [Fact]
    public async Task Loading_ahead_is_told_to_whoever_asked()
    {
        await using var pool = await PoolHarness.Start();
        var (sound, broken) = (await pool.Worker.Store("a"), await pool.Worker.Store("b", damage: model => File.Delete(model.FileOf("config.json"))));
        var endpoint = await pool.Bus.Bus.GetSendEndpoint(new Uri("queue:" + InferenceQueues.Text("default")));
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        await endpoint.Send(new LoadModel { Model = sound, RequestId = first }, Ct);
        await endpoint.Send(new LoadModel { Model = broken, RequestId = second }, Ct);
        Assert.True(await pool.Bus.Published.Any<ModelLoaded>(m => m.Context.Message.RequestId == first, Ct));
        Assert.True(await pool.Bus.Published.Any<ModelLoadFailed>(m => m.Context.Message.RequestId == second && m.Context.Message.Problem.Param == "config.json", Ct));
    }

    [Fact]
    public async Task Loading_an_adapter_ahead_takes_time_though_its_base_is_there()
    {
        await using var pool = await PoolHarness.Start();
        var model = await pool.Worker.Store("a");
        var adapted = model with { Adapter = await pool.Worker.Store(new TestAdapter(1)), Tier = "micro" };
        var client = pool.Bus.Bus.CreateRequestClient<LoadModel>(new Uri("queue:" + InferenceQueues.Text("default")));
        var seconds = new List<double>();
        foreach (var asked in (ModelRef[])[model, adapted, adapted])
            seconds.Add((await client.GetResponse<ModelLoaded>(new LoadModel { Model = asked, RequestId = Guid.NewGuid() }, Ct)).Message.Seconds);
        Assert.True(seconds is [> 0, > 0, 0], string.Join(", ", seconds));
    }

    [Fact]
    public async Task Every_named_pool_has_its_queue()
    {
        await using var pool = await PoolHarness.Start(new() { ["Aigc:Inference:Pools:0"] = "small", ["Aigc:Inference:Pools:1"] = "large" });
        var model = await pool.Worker.Store("a");
        Assert.NotEmpty((await Request(pool, Command(model), "small")).Text);
        Assert.NotEmpty((await Request(pool, Command(model), "large")).Text);
    }

    [Fact]
    public async Task Batch_work_has_a_queue_of_its_own_in_every_pool()
    {
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("a")) with { Priority = GenerationPriority.Batch };
        Assert.Equal("inference.batch.default", InferenceQueues.Of(command));
        var client = pool.Bus.Bus.CreateRequestClient<GenerateText>(new Uri("queue:" + InferenceQueues.Of(command)));
        Assert.NotEmpty((await client.GetResponse<TextGenerated>(command, Ct)).Message.Text);
    }

    [Fact]
    public async Task Several_answers_stream_side_by_side_and_the_first_is_the_one_it_would_be_alone()
    {
        await using var pool = await PoolHarness.Start(new() { ["Aigc:Inference:StreamInterval"] = "00:00:00.001" });
        var pieces = new System.Collections.Concurrent.ConcurrentBag<TextStreamed>();
        var endpoint = pool.Bus.Bus.ConnectReceiveEndpoint("answers", e => e.Handler<TextStreamed>(context =>
        {
            pieces.Add(context.Message);
            return Task.CompletedTask;
        }));
        await endpoint.Ready;
        var command = Command(await pool.Worker.Store("a"));
        var alone = await Request(pool, command);
        var asked = command with
        {
            GenerationId = Guid.NewGuid(),
            StreamTo = new Uri("queue:answers"),
            Prompt = command.Prompt + " number of elements in the collection, or zero when the collection is empty.",
        };
        var several = await Request(pool, asked with { Sampling = asked.Sampling with { Answers = 3, TopLogProbabilities = 2 } });
        await pool.Bus.InactivityTask;
        Assert.Equal(3, several.Answers.Count);
        Assert.Equal((several.Answers[0].Text, 36), (several.Text, several.CompletionTokens));
        Assert.Equal(3, several.Answers.Select(answer => answer.Text).Distinct().Count());
        foreach (var (index, answer) in several.Answers.Index())
        {
            var ordered = pieces.Where(piece => piece.Answer == index).OrderBy(piece => piece.Sequence).ToList();
            Assert.Equal(answer.Text, string.Concat(ordered.Select(piece => piece.Text)));
            Assert.Equal(answer.LogProbabilities.Select(token => token.LogProbability), ordered.SelectMany(piece => piece.LogProbabilities).Select(token => token.LogProbability));
            Assert.All(answer.LogProbabilities, token => Assert.True(token.LogProbability <= 0 && token.Top.Count == 2));
        }
        var first = await Request(pool, asked with { GenerationId = Guid.NewGuid(), StreamTo = null });
        Assert.Equal(several.Text, first.Text);
        Assert.True(first.CachedPromptTokens > 16);
        Assert.Empty(alone.Answers);
    }

    public static TheoryData<SamplingSpec, string> OutOfRange => new()
    {
        { new() { Answers = 17 }, "n" }, { new() { MinP = 1.5 }, "min_p" }, { new() { RepetitionPenalty = 0 }, "repetition_penalty" },
        { new() { FrequencyPenalty = 3 }, "frequency_penalty" }, { new() { PresencePenalty = -3 }, "presence_penalty" },
        { new() { LogitBias = new Dictionary<int, double> { [1] = 101 } }, "logit_bias" }, { new() { LogitBias = new Dictionary<int, double> { [1 << 20] = 1 } }, "logit_bias" },
        { new() { StopTokens = [-1] }, "stop_token_ids" }, { new() { StopTokens = [1 << 20] }, "stop_token_ids" }, { new() { TopLogProbabilities = 21 }, "top_logprobs" },
        { new() { Format = new() { Type = "xml" } }, "response_format" }, { new() { Format = new() { Type = "json_schema" } }, "response_format" },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(OutOfRange))]
    public async Task Sampling_out_of_range_is_an_answer_that_names_the_field(SamplingSpec sampling, string param)
    {
        await using var pool = await PoolHarness.Start();
        var problem = (await Refused(pool, Command(await pool.Worker.Store("a")) with { Sampling = sampling })).Problem;
        Assert.Equal(("invalid_request", param), (problem.Code, problem.Param));
    }

    private static GenerateText Command(ModelRef model) => new()
    {
        GenerationId = Guid.NewGuid(),
        Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
        Model = model,
        Prompt = "Returns the",
        Sampling = new() { Temperature = 1, Seed = 3, MaxTokens = 12 },
    };

    private static async Task<TextGenerated> Request(PoolHarness pool, GenerateText command, string name = "default")
    {
        var response = await Client(pool, name).GetResponse<TextGenerated, TextGenerationFailed>(command, Ct);
        return Assert.IsType<TextGenerated>(response.Message, exactMatch: false);
    }

    private static async Task<TextGenerationFailed> Refused(PoolHarness pool, GenerateText command)
    {
        var response = await Client(pool, "default").GetResponse<TextGenerated, TextGenerationFailed>(command, Ct);
        return Assert.IsType<TextGenerationFailed>(response.Message, exactMatch: false);
    }

    private static IRequestClient<GenerateText> Client(PoolHarness pool, string name) =>
        pool.Bus.Bus.CreateRequestClient<GenerateText>(new Uri("queue:" + InferenceQueues.Text(name)));

    private static async Task<TextGenerated> Send(PoolHarness pool, GenerateText command)
    {
        var arrived = new TaskCompletionSource<TextGenerated>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handle = pool.Bus.Bus.ConnectReceiveEndpoint(e => e.Handler<TextGenerated>(context =>
        {
            if (context.Message.GenerationId == command.GenerationId)
                arrived.TrySetResult(context.Message);
            return Task.CompletedTask;
        }));
        await handle.Ready;
        var endpoint = await pool.Bus.Bus.GetSendEndpoint(new Uri("queue:" + InferenceQueues.Text("default")));
        await endpoint.Send(command, Ct);
        var answer = await arrived.Task.WaitAsync(Ct);
        await handle.StopAsync(Ct);
        return answer;
    }
}
