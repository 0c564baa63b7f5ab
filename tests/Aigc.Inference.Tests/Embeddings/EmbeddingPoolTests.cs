using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Inference.Tests.Generations;
using MassTransit;
using MassTransit.Testing;

namespace Aigc.Inference.Tests.Embeddings;

/// <summary>Embedding over the bus, on the queue the model's generations come from.</summary>
public sealed class EmbeddingPoolTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_is_answered_with_vectors_counts_and_usage()
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: true);
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("e", folder.Path), "dog", "the lazy dog");
        var answer = Assert.IsType<TextEmbedded>(await Ask(pool, command), exactMatch: false);
        Assert.Equal((command.RequestId, 2, command.Model.Folder.Digest), (answer.RequestId, answer.Vectors.Count, answer.ModelDigest));
        Assert.All(answer.Vectors, vector => Assert.Equal(1, Math.Sqrt(vector.Sum(value => (double)value * value)), 1e-5));
        Assert.Equal([folder.Tokens("dog").Length, folder.Tokens("the lazy dog").Length], answer.TokenCounts);
        Assert.Equal("cpu", answer.Usage.Device);
        var again = Assert.IsType<TextEmbedded>(await Ask(pool, command), exactMatch: false);
        Assert.Equal(answer.Vectors[1], again.Vectors[1]);
    }

    [Fact]
    public async Task Nobody_waiting_the_vectors_are_an_event()
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: true);
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("e", folder.Path), "dog");
        var endpoint = await pool.Bus.Bus.GetSendEndpoint(new Uri("queue:" + InferenceQueues.Text("default")));
        await endpoint.Send(command, Ct);
        Assert.True(await pool.Bus.Published.Any<TextEmbedded>(m => m.Context.Message.RequestId == command.RequestId, Ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_it_took_is_an_event_without_vectors_whoever_gets_those(bool waiting)
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: true);
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("e", folder.Path), "dog", "the lazy dog");
        if (waiting)
            await Ask(pool, command);
        else
            await (await pool.Bus.Bus.GetSendEndpoint(new Uri("queue:" + InferenceQueues.Text("default")))).Send(command, Ct);
        Assert.True(await pool.Bus.Published.Any<UsageMeasured>(m => m.Context.Message.UsageId == command.RequestId, Ct));
        var told = Assert.Single(pool.Bus.Published.Select<UsageMeasured>(Ct)).Context.Message;
        var tokens = folder.Tokens("dog").Length + folder.Tokens("the lazy dog").Length;
        Assert.Equal(("t", "e", "embedding", tokens), (told.Job.Tenant, told.Model, told.Kind, told.Quantities[Meters.InputTokens]));
        Assert.Equal(!waiting, pool.Bus.Published.Select<TextEmbedded>(Ct).Any());
    }

    [Fact]
    public async Task A_model_is_asked_for_what_it_can_do()
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: true);
        await using var pool = await PoolHarness.Start();
        var (encoder, decoder) = (await pool.Worker.Store("e", folder.Path), await pool.Worker.Store("d"));
        var embedding = Assert.IsType<EmbeddingFailed>(await Ask(pool, Command(decoder, "dog")), exactMatch: false);
        Assert.Equal(("invalid_request", "model"), (embedding.Problem.Code, embedding.Problem.Param));
        var client = pool.Bus.Bus.CreateRequestClient<GenerateText>(new Uri("queue:" + InferenceQueues.Text("default")));
        var response = await client.GetResponse<TextGenerated, TextGenerationFailed>(
            new GenerateText { GenerationId = Guid.NewGuid(), Job = new() { RootId = Guid.NewGuid(), Tenant = "t" }, Model = encoder, Prompt = "dog" }, Ct);
        Assert.Equal("model", Assert.IsType<TextGenerationFailed>(response.Message, exactMatch: false).Problem.Param);
    }

    [Theory]
    [InlineData("none", "inputs")]
    [InlineData("many", "inputs")]
    [InlineData("both", "inputs")]
    [InlineData("dimensions", "dimensions")]
    public async Task A_request_out_of_range_is_an_answer_that_names_the_field(string what, string param)
    {
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("d"), "dog");
        command = what switch
        {
            "none" => command with { Inputs = [] },
            "many" => command with { Inputs = [.. Enumerable.Repeat(new EmbeddingInput { Text = "x" }, EmbedText.MostInputs + 1)] },
            "both" => command with { Inputs = [new() { Text = "x", Tokens = [1] }] },
            _ => command with { Dimensions = 0 },
        };
        var failed = Assert.IsType<EmbeddingFailed>(await Ask(pool, command), exactMatch: false);
        Assert.Equal(("invalid_request", param), (failed.Problem.Code, failed.Problem.Param));
    }

    private static EmbedText Command(ModelRef model, params string[] texts) => new()
    {
        RequestId = Guid.NewGuid(),
        Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
        Model = model,
        Inputs = [.. texts.Select(text => new EmbeddingInput { Text = text })],
    };

    private static async Task<object> Ask(PoolHarness pool, EmbedText command)
    {
        var client = pool.Bus.Bus.CreateRequestClient<EmbedText>(new Uri("queue:" + InferenceQueues.Text("default")));
        return (await client.GetResponse<TextEmbedded, EmbeddingFailed>(command, Ct)).Message;
    }
}
