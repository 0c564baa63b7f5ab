using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Inference.Tests.Generations;
using MassTransit;
using MassTransit.Testing;

namespace Aigc.Inference.Tests.Classification;

/// <summary>Classification over the bus, on the queue the model's generations come from.</summary>
public sealed class ClassifierPoolTests
{
    private static readonly Uri Queue = new("queue:" + InferenceQueues.Text("default"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_is_answered_with_labels_counts_and_usage()
    {
        using var folder = new ClassifierFixture();
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("c", folder.Path), "größer", ClassifierFixture.Sentences[1]);
        var answer = Assert.IsType<TextClassified>(await Ask(pool, command), exactMatch: false);
        Assert.Equal((command.RequestId, command.Model.Folder.Digest, "cpu"), (answer.RequestId, answer.ModelDigest, answer.Usage.Device));
        Assert.Equal(ClassifierFixture.Labels, answer.Labels);
        Assert.Equal([[false, false], [false, true]], answer.Results.Select(result => result.Flags));
        // Eight bytes of UTF-8, and twenty-nine.
        Assert.Equal([2, 8], answer.TokenCounts);
        var again = Assert.IsType<TextClassified>(await Ask(pool, command), exactMatch: false);
        Assert.Equal(answer.Results[1].Probabilities, again.Results[1].Probabilities);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_it_took_is_an_event_and_the_labels_are_where_nobody_waits(bool waiting)
    {
        using var folder = new ClassifierFixture();
        await using var pool = await PoolHarness.Start();
        var command = Command(await pool.Worker.Store("c", folder.Path), "dog", "the lazy dog");
        if (waiting)
            await Ask(pool, command);
        else
            await (await pool.Bus.Bus.GetSendEndpoint(Queue)).Send(command, Ct);
        Assert.True(await pool.Bus.Published.Any<UsageMeasured>(m => m.Context.Message.UsageId == command.RequestId, Ct));
        var told = Assert.Single(pool.Bus.Published.Select<UsageMeasured>(Ct)).Context.Message;
        Assert.Equal(("t", "c", "moderation", 4, 2), (told.Job.Tenant, told.Model, told.Kind, told.Quantities[Meters.InputTokens], told.Quantities[Meters.ClassifiedTexts]));
        Assert.Equal(!waiting, pool.Bus.Published.Select<TextClassified>(Ct).Any());
    }

    [Fact]
    public async Task A_model_is_asked_for_what_it_can_do()
    {
        using var folder = new ClassifierFixture();
        await using var pool = await PoolHarness.Start();
        var (classifier, decoder) = (await pool.Worker.Store("c", folder.Path), await pool.Worker.Store("d"));
        var classification = Assert.IsType<ClassificationFailed>(await Ask(pool, Command(decoder, "dog")), exactMatch: false);
        Assert.Equal(("invalid_request", "model"), (classification.Problem.Code, classification.Problem.Param));
        var generation = await pool.Bus.Bus.CreateRequestClient<GenerateText>(Queue).GetResponse<TextGenerated, TextGenerationFailed>(
            new GenerateText { GenerationId = Guid.NewGuid(), Job = new() { RootId = Guid.NewGuid(), Tenant = "t" }, Model = classifier, Prompt = "dog" }, Ct);
        Assert.Equal("model", Assert.IsType<TextGenerationFailed>(generation.Message, exactMatch: false).Problem.Param);
    }

    [Fact]
    public async Task A_bad_folder_is_an_answer_that_names_the_file_and_no_usage()
    {
        using var folder = new ClassifierFixture();
        File.Delete(folder.FileOf("model.onnx"));
        await using var pool = await PoolHarness.Start();
        var failed = Assert.IsType<ClassificationFailed>(await Ask(pool, Command(await pool.Worker.Store("c", folder.Path), "dog")), exactMatch: false);
        Assert.Equal(("model_not_loadable", "model.onnx"), (failed.Problem.Code, failed.Problem.Param));
        Assert.False(pool.Bus.Published.Select<UsageMeasured>(Ct).Any());
    }

    [Theory]
    [InlineData("none", "inputs")]
    [InlineData("many", "inputs")]
    [InlineData("empty", "inputs[1]")]
    [InlineData("long", "inputs[1]")]
    public async Task A_request_out_of_range_is_an_answer_that_names_the_input(string what, string param)
    {
        await using var pool = await PoolHarness.Start();
        string[] inputs = what switch
        {
            "none" => [],
            "many" => [.. Enumerable.Repeat("x", ClassifyText.MostInputs + 1)],
            "empty" => ["x", ""],
            _ => ["x", new string('x', ClassifyText.LongestInput + 1)],
        };
        var failed = Assert.IsType<ClassificationFailed>(await Ask(pool, Command(await pool.Worker.Store("d"), inputs)), exactMatch: false);
        Assert.Equal(("invalid_request", param), (failed.Problem.Code, failed.Problem.Param));
    }

    private static ClassifyText Command(ModelRef model, params string[] texts) =>
        new() { RequestId = Guid.NewGuid(), Job = new() { RootId = Guid.NewGuid(), Tenant = "t" }, Model = model, Inputs = texts };

    private static async Task<object> Ask(PoolHarness pool, ClassifyText command) =>
        (await pool.Bus.Bus.CreateRequestClient<ClassifyText>(Queue).GetResponse<TextClassified, ClassificationFailed>(command, Ct)).Message;
}
