using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Models.Folders;

namespace Aigc.ModelTraining.Tests;

public sealed class A_training_run : IDisposable
{
    readonly string dataRoot = Directory.CreateTempSubdirectory("aigc-training-").FullName;

    public void Dispose() => Directory.Delete(dataRoot, recursive: true);

    [Fact]
    public async Task Ends_with_a_registered_model_its_lineage_and_a_loss_curve()
    {
        await using var host = await TrainingHost.Start(dataRoot);
        var (id, dataset) = (Guid.NewGuid(), await host.Dataset());
        await host.Commands.Send(TrainingHost.Order(id, dataset, steps: 60));

        var changed = await host.Heard.Reaches(id, JobStatus.Succeeded);
        var trained = await host.Heard.Wait<ModelTrained>(m => m.RunId == id);
        Assert.False(trained.Reused);
        Assert.Equal(trained.Model.Folder.Digest, changed.Result["modelDigest"]);
        Assert.True(trained.Evaluation.Loss[^1].Loss < trained.Evaluation.Loss[0].Loss);
        Assert.True(trained.Usage.PeakMemoryBytes > 100_000_000 && trained.Usage.CpuSeconds > 0);

        var folder = ModelFolder.Open(await host.Folders.Checkout(trained.Model.Folder, TestContext.Current.CancellationToken));
        Assert.Equal(dataset.Folder.Digest, folder.Card?.Lineage.DatasetDigest);
        Assert.Equal(folder.Shape.ContextLength, trained.Model.ContextLength);

        Assert.Equal(folder.Card, ModelFolder.Open(Path.Combine(dataRoot, "models", "demo")).Card);
        var lineage = await host.Heard.Wait<LineageRecorded>(m => m.JobId == id);
        Assert.Equal(dataset.Folder.Digest, Assert.Single(lineage.Inputs).Id);
        Assert.Equal(trained.Model.Folder.Digest, Assert.Single(lineage.Outputs).Id);
        Assert.Contains(host.Heard.Of<JobProgressed>(), m => m.Stage == "fit" && m.Facts.ContainsKey("loss"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(dataRoot, "work", "training")));
    }

    [Fact]
    public async Task Of_unchanged_inputs_trains_nothing_again()
    {
        await using var host = await TrainingHost.Start(dataRoot);
        var (first, second, dataset) = (Guid.NewGuid(), Guid.NewGuid(), await host.Dataset());
        await host.Commands.Send(TrainingHost.Order(first, dataset, steps: 5));
        var one = await host.Heard.Wait<ModelTrained>(m => m.RunId == first);
        await host.Commands.Send(TrainingHost.Order(second, dataset, steps: 5));
        var other = await host.Heard.Wait<ModelTrained>(m => m.RunId == second);
        Assert.True(other.Reused);
        Assert.Equal(one.Model, other.Model);
    }

    [Fact]
    public async Task Whose_model_was_erased_is_trained_again_and_shows_no_copy_meanwhile()
    {
        await using var host = await TrainingHost.Start(dataRoot);
        var (first, second, dataset) = (Guid.NewGuid(), Guid.NewGuid(), await host.Dataset());
        await host.Commands.Send(TrainingHost.Order(first, dataset, steps: 5));
        var one = await host.Heard.Wait<ModelTrained>(m => m.RunId == first);
        var shown = Path.Combine(dataRoot, "models", "demo");
        Assert.True(Directory.Exists(shown));
        foreach (var file in await host.Folders.List(one.Model.Folder, TestContext.Current.CancellationToken))
            await host.Artifacts.Delete(file.Digest, TestContext.Current.CancellationToken);
        await host.Artifacts.Delete(one.Model.Folder.Digest, TestContext.Current.CancellationToken);
        await host.Bus.Publish(
            new ModelErased { Tenant = "default", Model = one.Model, Gone = [one.Model.Folder.Digest], At = DateTimeOffset.UnixEpoch }, TestContext.Current.CancellationToken);
        while (Directory.Exists(shown))
            await Task.Delay(20, TestContext.Current.CancellationToken);

        await host.Commands.Send(TrainingHost.Order(second, dataset, steps: 5));
        var other = await host.Heard.Wait<ModelTrained>(m => m.RunId == second);

        Assert.False(other.Reused);
        Assert.True(await host.Folders.IsWhole(other.Model.Folder, TestContext.Current.CancellationToken));
        Assert.True(Directory.Exists(shown));
    }

    [Fact]
    public async Task Whose_model_the_registry_refuses_fails_with_the_reason()
    {
        await using var host = await TrainingHost.Start(dataRoot);
        host.Heard.Refusal = new() { Code = "model_incomplete", Message = "Files of it are gone." };
        var id = Guid.NewGuid();

        await host.Commands.Send(TrainingHost.Order(id, await host.Dataset(), steps: 5));

        Assert.Equal("model_incomplete", (await host.Heard.Wait<TrainingFailed>(m => m.RunId == id)).Problem.Code);
    }

    [Fact]
    public async Task That_does_not_beat_the_baseline_fails_honestly_and_is_kept_but_not_registered()
    {
        await using var host = await TrainingHost.Start(dataRoot);
        var id = Guid.NewGuid();
        await host.Commands.Send(TrainingHost.Order(id, await host.Dataset(), steps: 1, gate: "ngram-baseline"));
        var failed = await host.Heard.Wait<TrainingFailed>(m => m.RunId == id);
        Assert.Equal("gate_failed", failed.Problem.Code);
        Assert.True(failed.Evaluation!.BitsPerByte > failed.Evaluation.BaselineBitsPerByte);
        var changed = await host.Heard.Reaches(id, JobStatus.Failed);
        Assert.Empty(host.Heard.Of<RegisterModel>());
        Assert.False(Directory.Exists(Path.Combine(dataRoot, "models")));
        Assert.True(File.Exists(Directory.EnumerateFiles(dataRoot, changed.Result["modelDigest"], SearchOption.AllDirectories).Single()));
    }

    [Fact]
    public async Task Of_bad_input_fails_by_code_before_anything_is_started()
    {
        await using var host = await TrainingHost.Start(dataRoot);
        var order = TrainingHost.Order(Guid.NewGuid(), await host.Dataset(), steps: 5);
        (TrainModel Order, string Code)[] bad =
        [
            (order with { Training = order.Training with { From = "llama" } }, "base_not_supported"),
            (order with { Training = order.Training with { Shape = "huge" } }, "invalid_shape"),
            (order with { Training = order.Training with { Gate = new() { BetterThan = "gpt" } } }, "invalid_gate"),
            (order with { Training = order.Training with { Budget = new() { Minutes = 0 } } }, "budget_too_small"),
            (order with { Training = order.Training with { Budget = new() { Minutes = 1e-9 } } }, "budget_too_small"),
            (order with { Name = "../demo" }, "invalid_name"),
            (order with { Dataset = await host.Dataset(documents: 0) }, "dataset_empty"),
            (order with { Dataset = await host.Dataset(extension: "parquet") }, "dataset_format_not_supported"),
            (order with { Dataset = await host.Dataset(validation: 0) }, "validation_empty"),
        ];
        foreach (var (command, code) in bad)
        {
            var id = Guid.NewGuid();
            await host.Commands.Send(command with { RunId = id });
            Assert.Equal(code, (await host.Heard.Wait<TrainingFailed>(m => m.RunId == id)).Problem.Code);
        }
    }

    [Fact]
    public async Task Whose_trainer_is_killed_goes_on_and_counts_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The trainer's process is found through /proc.");
        await using var host = await TrainingHost.Start(dataRoot);
        var id = Guid.NewGuid();
        await host.Commands.Send(TrainingHost.Order(id, await host.Dataset(), steps: 300));
        await host.Heard.Wait<JobProgressed>(m => m.JobId == id && m.Stage == "fit");
        Assert.Single(Trainers(id)).Kill();
        var changed = await host.Heard.Reaches(id, JobStatus.Succeeded);
        Assert.Equal("1", changed.Result["crashes"]);
        Assert.Equal("300", changed.Result["steps"]);
    }

    [Fact]
    public async Task That_is_cancelled_stops_its_trainer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The trainer's process is found through /proc.");
        await using var host = await TrainingHost.Start(dataRoot);
        var id = Guid.NewGuid();
        await host.Commands.Send(TrainingHost.Order(id, await host.Dataset(), steps: 1_000_000));
        await host.Heard.Wait<JobProgressed>(m => m.JobId == id && m.Stage == "fit");
        var trainer = Assert.Single(Trainers(id));
        await host.Bus.Publish(new CancellationRequested { JobId = id }, TestContext.Current.CancellationToken);
        await host.Heard.Reaches(id, JobStatus.Cancelled);
        await trainer.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("cancelled", (await host.Heard.Wait<TrainingFailed>(m => m.RunId == id)).Problem.Code);
    }

    [Fact]
    public async Task Goes_on_in_the_next_life_of_the_service()
    {
        var id = Guid.NewGuid();
        await using (var host = await TrainingHost.Start(dataRoot))
        {
            await host.Commands.Send(TrainingHost.Order(id, await host.Dataset(), steps: 400));
            await host.Heard.Wait<JobProgressed>(m => m.JobId == id && m.Stage == "fit");
        }

        await using var next = await TrainingHost.Start(dataRoot);
        var changed = await next.Heard.Reaches(id, JobStatus.Succeeded);
        Assert.Equal("400", changed.Result["steps"]);
    }

    [Fact]
    public async Task Is_shown_to_its_tenant_and_to_nobody_else()
    {
        await using var host = await TrainingHost.Start(dataRoot);
        var id = Guid.NewGuid();
        await host.Commands.Send(TrainingHost.Order(id, await host.Dataset(), steps: 5));
        await host.Heard.Reaches(id, JobStatus.Succeeded);

        using var owner = host.Client("default");
        using var run = JsonDocument.Parse(await owner.GetStringAsync(new Uri($"/api/training/runs/{id}", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal("succeeded", run.RootElement.GetProperty("state").GetString());
        Assert.NotEqual(0, run.RootElement.GetProperty("evaluation").GetProperty("loss").GetArrayLength());
        using var list = JsonDocument.Parse(await owner.GetStringAsync(new Uri("/api/training/runs", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(id, Assert.Single(list.RootElement.GetProperty("data").EnumerateArray()).GetProperty("id").GetGuid());

        using var other = host.Client("stranger");
        var refused = await other.GetAsync(new Uri($"/api/training/runs/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    static List<Process> Trainers(Guid run) => [.. Directory.EnumerateDirectories("/proc")
        .Where(d => int.TryParse(Path.GetFileName(d), out _) && CommandLine(d).Contains(run.ToString("N"), StringComparison.Ordinal))
        .Select(d => Process.GetProcessById(int.Parse(Path.GetFileName(d), System.Globalization.CultureInfo.InvariantCulture)))];

    static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
