using Aigc.Models.Folders;
using Aigc.Models.Training;

namespace Aigc.Trainer.Tests;

public sealed class TrainerProcessTests : IDisposable
{
    readonly TrainerHost host = new();

    public void Dispose() => host.Dispose();

    [Fact]
    public async Task A_run_ends_with_a_folder_that_opens_a_fallen_loss_and_a_faithful_export()
    {
        var process = host.Write(steps: 120).Start();
        var stages = new List<string>();
        await TrainerHost.Until(process, value =>
        {
            if (value.Stage is { } stage && !stages.Contains(stage))
                stages.Add(stage);
            return value.Event == "finished";
        });
        Assert.Equal(0, await TrainerHost.End(process));
        Assert.Equal(["tokenizer", "encode", "fit", "evaluate", "export"], stages);

        var result = host.Result;
        var card = result.Card!;
        Assert.True(result.Loss[^1].Loss < 0.75 * result.Loss[0].Loss, $"{result.Loss[0].Loss} → {result.Loss[^1].Loss}");
        Assert.InRange(card.Evaluation.ExportMaxLogitDifference, 0, 1e-4);
        Assert.Equal(card.Evaluation.ExportLoss, card.Evaluation.ServedLoss, 0.02);
        Assert.InRange(card.Evaluation.BitsPerByte, 0.1, 8);
        Assert.Equal(120, card.Training.Steps);
        Assert.Equal(40, card.Training.Pairs);

        var folder = ModelFolder.Open(host.ModelDirectory);
        Assert.Equal(card, folder.Card);
        Assert.Equal("Gets the value", folder.Tokenizer.Decode(folder.Tokenizer.Encode("Gets the value")));
        Assert.True(File.Exists(Path.Combine(host.ModelDirectory, "README.md")));
    }

    [Fact]
    public async Task A_run_over_conversations_ends_after_the_epochs_it_was_given()
    {
        var process = host.Write(steps: null, epochs: 2).Start();
        Assert.Equal(0, await TrainerHost.End(process));
        // Ten minutes were left to it.
        Assert.InRange(host.Result.Card!.Training.Steps, 2, 60);
        Assert.Equal(300, host.Result.Card!.Training.Documents);
    }

    [Fact]
    public async Task A_killed_run_goes_on_from_its_checkpoint_and_finishes()
    {
        host.Write(steps: 60, checkpointSeconds: 0);
        var first = host.Start();
        var seen = await TrainerHost.Until(first, value => value.Stage == "fit" && value.Step > 3);
        Assert.NotNull(seen);
        first.Kill();
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(File.Exists(Path.Combine(host.Directory, TrainerResult.FileName)));

        var second = host.Start();
        var resumed = await TrainerHost.Until(second, value => value.Stage == "fit");
        Assert.True(resumed?.Step > seen.Step, $"{seen.Step} → {resumed?.Step}");
        Assert.Equal(0, await TrainerHost.End(second));
        Assert.Equal(60, host.Result.Card!.Training.Steps);
    }

    [Fact]
    public async Task A_killed_run_ends_with_the_same_weights_as_one_that_was_left_alone()
    {
        host.Write(steps: 30, checkpointSeconds: 0);
        var first = host.Start();
        await TrainerHost.Until(first, value => value.Stage == "fit" && value.Step > 3);
        first.Kill();
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await TrainerHost.End(host.Start()));

        using var calm = new TrainerHost();
        Assert.Equal(0, await TrainerHost.End(calm.Write(steps: 30).Start()));
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(calm.ModelDirectory, "model.onnx.data"), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(Path.Combine(host.ModelDirectory, "model.onnx.data"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_trainer_ends_when_its_parent_is_gone()
    {
        var process = host.Write(steps: 1_000_000).Start();
        Assert.NotNull(await TrainerHost.Until(process, value => value.Stage == "fit"));
        process.StandardInput.Close();
        Assert.NotEqual(0, await TrainerHost.End(process));
    }

    [Fact]
    public async Task A_folder_has_one_trainer()
    {
        var first = host.Write(steps: 1_000_000).Start();
        Assert.NotNull(await TrainerHost.Until(first, value => value.Event == "progress"));
        Assert.Equal(4, await TrainerHost.End(host.Start()));
    }

    [Theory]
    [InlineData(1e-9, null)]
    [InlineData(0, null)]
    [InlineData(600, 0)]
    public async Task A_budget_too_small_for_one_step_is_refused_by_code(double seconds, int? steps) =>
        Assert.Equal("budget_too_small", await Refusal(host.Write(steps, seconds)));

    [Fact]
    public async Task A_dataset_too_small_for_one_row_is_refused_by_code()
    {
        host.Write(steps: 5, documents: 1);
        var path = Path.Combine(host.Directory, TrainerJob.FileName);
        TrainerJson.WriteFile(path, TrainerJson.Read<TrainerJob>(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)) with { Labels = [] });
        Assert.Equal("dataset_too_small", await Refusal(host));
    }

    static async Task<string?> Refusal(TrainerHost host)
    {
        var process = host.Start();
        var failed = await TrainerHost.Until(process, value => value.Event == "failed");
        Assert.Equal(2, await TrainerHost.End(process));
        Assert.False(File.Exists(Path.Combine(host.Directory, TrainerResult.FileName)));
        Assert.EndsWith(".", failed?.Message, StringComparison.Ordinal);
        return failed?.Code;
    }
}
