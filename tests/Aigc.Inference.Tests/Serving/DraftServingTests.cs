using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;
using Aigc.Models.Text;

namespace Aigc.Inference.Tests.Serving;

/// <summary>Drafts from the settings to the report.</summary>
public sealed class DraftServingTests : IDisposable
{
    private const string Schema = """{"type":"object","properties":{"name":{"type":"string","maxLength":20},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}""";

    private readonly NanoModel _model = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task A_model_with_a_draft_says_what_it_says_without_and_reports_what_was_proposed()
    {
        var kinds = (SamplingSpec[])
        [
            new() { Temperature = 0, MaxTokens = 60 }, new() { Temperature = 1, Seed = 3, MaxTokens = 80 },
            new() { Temperature = 1, Seed = 5, MaxTokens = 90, Format = new() { Type = "json_schema", Schema = Schema } },
            new() { Temperature = 0.7, Seed = 6, MaxTokens = 90, Format = new() { Type = "json_object" }, RepetitionPenalty = 1.1, TopLogProbabilities = 1 },
        ];
        await using var plain = new TestWorker();
        await using var drafted = Worker(_model.Path);
        using var alone = await plain.Host.Acquire(await plain.Store("a", _model.Path), Ct);
        using var lease = await drafted.Host.Acquire(await drafted.Store("a", _model.Path), Ct);
        foreach (var sampling in kinds)
        {
            var (expected, actual) = (await Run(alone, sampling), await Run(lease, sampling));
            Assert.Equal((expected.Text, expected.FinishReason), (actual.Text, actual.FinishReason));
        }
        var (before, after) = (Model(plain), Model(drafted));
        Assert.Null(before.Draft);
        Assert.Equal((_model.Path, "onnxruntime", null), (after.Draft!.Source, after.Draft.Kernels, after.Draft.Refusal));
        Assert.InRange(after.Draft.Accepted, 1, after.Draft.Proposed);
        Assert.True(after.MemoryBytes > before.MemoryBytes);
        Assert.True(after.Steps < after.Tokens);
    }

    [Fact]
    public async Task A_draft_is_named_by_the_digest_of_a_stored_folder_too()
    {
        await using var store = new TestWorker();
        var digest = (await store.Store("small", _model.Path)).Folder.Digest;
        await using var worker = Worker(digest);
        await worker.Store("small", _model.Path);
        using var lease = await worker.Host.Acquire(await worker.Store("a", seed: 2), Ct);
        Assert.Null(Model(worker).Draft!.Refusal);
        Assert.NotEmpty((await Run(lease, new() { Temperature = 1, Seed = 1, MaxTokens = 40 })).Text);
        Assert.True(Model(worker).Draft!.Proposed > 0);
    }

    [Theory]
    [InlineData("managed", WeightFormat.Int8, "managed")]
    [InlineData("onnxruntime", WeightFormat.Int8, "onnxruntime")]
    public async Task The_settings_kernels_compute_the_draft(string setting, WeightFormat format, string kernels)
    {
        using var model = new NanoModel(format: format);
        await using var worker = Worker(model.Path, ("Kernels", setting), ("AdapterSlots", "8"));
        using var lease = await worker.Host.Acquire(await worker.Store("a", model.Path), Ct);
        Assert.StartsWith(kernels, Model(worker).Draft!.Kernels, StringComparison.Ordinal);
        Assert.NotEmpty((await Run(lease, new() { Temperature = 0, MaxTokens = 40 })).Text);
        Assert.True(Model(worker).Draft!.Accepted > 0);
    }

    [Fact]
    public async Task A_draft_with_other_tokens_is_refused_and_the_model_serves()
    {
        using var other = new NanoModel();
        var trainer = new BpeTrainer();
        trainer.Add("An altogether different text, with other words in it, and so with other pairs of letters that are joined one after the other.");
        TokenizerFiles.Write(trainer.Train(300), NanoModel.Shape.ContextLength, other.Path);
        await Refused(other.Path, "tokenizer.json: the draft has other tokens than the model");
    }

    [Fact]
    public async Task A_draft_that_is_not_there_is_refused_by_its_setting() =>
        await Refused("/no/such/folder", "Aigc:Inference:Drafts:a: there is no such folder");

    [Fact]
    public async Task A_digest_that_nobody_stored_is_refused_by_its_setting() => await Refused(new string('a', 64), "Aigc:Inference:Drafts:a: ");

    [Fact]
    public async Task A_damaged_draft_is_refused_by_its_file()
    {
        using var damaged = new NanoModel();
        File.WriteAllText(damaged.FileOf("model.onnx"), "no graph");
        await Refused(damaged.Path, "model.onnx");
    }

    [Fact]
    public async Task A_draft_that_does_not_fit_beside_its_model_is_refused_with_the_budget()
    {
        await using var measure = new TestWorker();
        using var lease = await measure.Host.Acquire(await measure.Store("a"), Ct);
        await Refused(_model.Path, "MemoryBudget", ("MemoryBudget", (lease.Model.MemoryBytes + 1000).ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task Refused(string draft, string reason, params (string, string)[] settings)
    {
        await using var worker = Worker(draft, settings);
        using var lease = await worker.Host.Acquire(await worker.Store("a"), Ct);
        Assert.NotEmpty((await Run(lease, new() { Temperature = 1, Seed = 1, MaxTokens = 40 })).Text);
        var report = Model(worker).Draft!;
        Assert.Contains(reason, report.Refusal, StringComparison.Ordinal);
        Assert.Equal((0, null), (report.Proposed, report.Kernels));
    }

    private static TestWorker Worker(string draft, params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => "Aigc:Inference:" + setting.Key, setting => (string?)setting.Value);
        all["Aigc:Inference:Drafts:a"] = draft;
        return new(all);
    }

    private static ModelReport Model(TestWorker worker) => Assert.Single(WorkerReport.Of(worker.Host).Models);

    private static Task<GenerationResult> Run(ModelLease lease, SamplingSpec sampling)
    {
        var model = Assert.IsType<EngineModel>(lease.Model);
        var command = new GenerateText
        {
            GenerationId = Guid.NewGuid(),
            Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
            Model = model.Reference,
            Prompt = "The quick brown fox",
            // No end before the limit, so that there is something to propose.
            Sampling = sampling.Format.Type == "text" ? sampling with { LogitBias = new Dictionary<int, double> { [0] = -100, [1] = -100, [2] = -100 } } : sampling,
        };
        return Assert.Single(model.Start(command, TimeProvider.System.GetTimestamp())).Completion;
    }
}
