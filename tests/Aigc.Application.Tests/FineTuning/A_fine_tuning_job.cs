using System.ClientModel;
using System.ClientModel.Primitives;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Application.FineTuning;
using Aigc.Application.Tests.Files;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Storage.Artifacts;
using MassTransit;
using OpenAI.FineTuning;

#pragma warning disable OPENAI001 // Parts of the client are marked as experimental by their makers.

namespace Aigc.Application.Tests.FineTuning;

public sealed class A_fine_tuning_job : FileTest
{
    private const string Jobs = "/v1/fine_tuning/jobs";

    [Fact]
    public async Task Orders_a_training_run_over_its_conversations_and_names_the_model()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Train = Trained);
        var file = Id(await Upload(host.Client, Examples(40), "fine-tune"));

        var begun = await Post(host.Client, Jobs, new
        {
            model = "scratch-nano",
            training_file = file,
            seed = 7,
            suffix = "greeter",
            method = new { type = "supervised", supervised = new { hyperparameters = new { n_epochs = 4, batch_size = "auto" } } },
            metadata = new { team = "a" },
        });
        var ordered = await host.Neighbours.Hears<TrainModel>();
        var done = await Reaches(host.Client, Id(begun), "succeeded");

        Assert.Equal(("fine_tuning.job", "scratch-nano", file, 7), (begun.GetProperty("object").GetString(), begun.GetProperty("model").GetString(), begun.GetProperty("training_file").GetString(), begun.GetProperty("seed").GetInt32()));
        Assert.Equal(JsonValueKind.Null, begun.GetProperty("fine_tuned_model").ValueKind);
        Assert.Equal(("nano", 7, 4.0, null), (ordered.Training.Shape, ordered.Training.Seed, ordered.Training.Budget.Epochs, ordered.Training.Budget.Steps));
        Assert.Equal((38, 2), (ordered.Dataset.TrainRows, ordered.Dataset.ValidationRows));
        Assert.Equal(TuningRun.Parse(Id(begun)), ordered.Job.ParentId);
        var model = done.GetProperty("fine_tuned_model").GetString()!;
        Assert.Matches("^ft:scratch-nano:acme:greeter:[0-9a-f]{8}$", model);
        Assert.Equal(ordered.Name, TunedNames.Registered(model));
        Assert.Equal(4, done.GetProperty("hyperparameters").GetProperty("n_epochs").GetDouble());
        Assert.Equal("a", done.GetProperty("metadata").GetProperty("team").GetString());
        var rows = await Rows(host, ordered, "data/train-00000-of-00001.jsonl.gz");
        Assert.Equal(38, rows.Count);
        Assert.Equal("Be kind.\nHello 1\nGood day 1", rows[0].GetProperty("text").GetString());
        Assert.Equal(["system", "user", "assistant"], rows[0].GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task Tells_events_and_one_checkpoint_of_the_runs_own_records()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var file = Id(await Upload(host.Client, Examples(20), "fine-tune"));
        var job = Id(await Post(host.Client, Jobs, new { model = "scratch-nano", training_file = file }));
        var ordered = await host.Neighbours.Hears<TrainModel>();
        Assert.Equal((300, null), (ordered.Training.Budget.Steps, ordered.Training.Budget.Epochs));

        await host.Bus.Publish(Changed(ordered.RunId, JobStatus.Running, 1, ordered.Job.RootId, JobKinds.TrainingRun), Ct);
        await host.Job(ordered.RunId, run => run.Status == JobStatus.Running);
        await host.Bus.Publish(
            Progress(ordered.RunId, ordered.Job.RootId, "fit", 30, 300) with { Facts = new Dictionary<string, string> { ["step"] = "30", ["loss"] = "2.5" } }, Ct);
        var running = await Reaches(host.Client, job, "running");
        var metrics = await ApplicationHost.Until(async () => (await Events(host.Client, job)).FirstOrDefault(e => e.GetProperty("type").GetString() == "metrics") is { ValueKind: JsonValueKind.Object } found ? (object)found : null);
        Assert.Empty((await Json(await host.Client.GetAsync($"{Jobs}/{job}/checkpoints", Ct))).GetProperty("data").EnumerateArray());

        await host.Bus.Publish(Trained(ordered), publish => publish.CorrelationId = ordered.Job.ParentId, Ct);
        await Reaches(host.Client, job, "succeeded");

        Assert.Equal(JsonValueKind.Null, running.GetProperty("fine_tuned_model").ValueKind);
        Assert.Equal(2.5, ((JsonElement)metrics).GetProperty("data").GetProperty("train_loss").GetDouble());
        var first = await Json(await host.Client.GetAsync($"{Jobs}/{job}/events?limit=2", Ct));
        var second = await Json(await host.Client.GetAsync($"{Jobs}/{job}/events?limit=2&after={first.GetProperty("last_id").GetString()}", Ct));
        Assert.True(first.GetProperty("has_more").GetBoolean());
        Assert.Empty(first.GetProperty("data").EnumerateArray().Select(Id).Intersect(second.GetProperty("data").EnumerateArray().Select(Id)));
        var checkpoint = Assert.Single((await Json(await host.Client.GetAsync($"{Jobs}/{job}/checkpoints", Ct))).GetProperty("data").EnumerateArray());
        Assert.Equal((300, 1.25), (checkpoint.GetProperty("step_number").GetInt32(), checkpoint.GetProperty("metrics").GetProperty("train_loss").GetDouble()));
    }

    [Theory]
    [InlineData("""{"model":"small-one"}""", "model")]
    [InlineData("""{"training_file":"file-nobody"}""", "training_file")]
    [InlineData("""{"validation_file":"file-nobody"}""", "validation_file")]
    [InlineData("""{"suffix":"Not this"}""", "suffix")]
    [InlineData("""{"method":{"type":"dpo"}}""", "method.type")]
    [InlineData("""{"method":{"type":"reinforcement"}}""", "method.type")]
    [InlineData("""{"hyperparameters":{"batch_size":8}}""", "batch_size")]
    [InlineData("""{"hyperparameters":{"learning_rate_multiplier":0.5}}""", "learning_rate_multiplier")]
    [InlineData("""{"hyperparameters":{"n_epochs":0}}""", "n_epochs")]
    [InlineData("""{"integrations":[{"type":"wandb"}]}""", "integrations")]
    [InlineData("""{"surprise":1}""", "surprise")]
    public async Task Is_refused_by_the_name_of_what_cannot_be_done(string changed, string param)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var body = new Dictionary<string, object> { ["model"] = "scratch-nano", ["training_file"] = Id(await Upload(host.Client, Examples(20), "fine-tune")) };
        foreach (var field in JsonSerializer.Deserialize<JsonElement>(changed).EnumerateObject())
        {
            body[field.Name] = field.Value;
        }

        var error = await Error(await host.Client.PostAsJsonAsync(Jobs, body, Ct), HttpStatusCode.BadRequest);

        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Fails_by_name_with_too_few_conversations_and_cannot_be_paused()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        using var stranger = host.ClientOf("other");
        var file = Id(await Upload(host.Client, Examples(5), "fine-tune"));

        var job = Id(await Post(host.Client, Jobs, new { model = "scratch-tiny", training_file = file }));
        var failed = await Reaches(host.Client, job, "failed");

        Assert.Equal(("training_file_too_small", "training_file"), (failed.GetProperty("error").GetProperty("code").GetString(), failed.GetProperty("error").GetProperty("param").GetString()));
        foreach (var verb in new[] { "pause", "resume" })
        {
            Assert.Equal("unsupported_operation", (await Error(await host.Client.PostAsync($"{Jobs}/{job}/{verb}", null, Ct), HttpStatusCode.BadRequest)).GetProperty("code").GetString());
        }

        foreach (var route in new[] { "", "/events", "/checkpoints" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"{Jobs}/{job}{route}", Ct)).StatusCode);
        }
    }

    [Fact]
    public async Task Is_created_found_followed_and_cancelled_by_the_official_client()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var file = Id(await Upload(host.Client, Examples(20), "fine-tune"));
        var client = new FineTuningClient(
            new ApiKeyCredential("sk-any"),
            new FineTuningClientOptions { Endpoint = new Uri(host.Client.BaseAddress!, "/v1"), Transport = new HttpClientPipelineTransport(host.Client), RetryPolicy = new ClientRetryPolicy(0) });

        var job = await client.FineTuneAsync("scratch-nano", file, waitUntilCompleted: false, new global::OpenAI.FineTuning.FineTuningOptions { Seed = 3, Suffix = "short" }, Ct);
        var ordered = await host.Neighbours.Hears<TrainModel>();
        var found = await client.GetJobAsync(job.JobId, Ct);
        var listed = new List<string>();
        await foreach (var one in client.GetJobsAsync(cancellationToken: Ct))
        {
            listed.Add(one.JobId);
        }

        var events = 0;
        await foreach (var _ in job.GetEventsAsync(new GetEventsOptions(), Ct))
        {
            events++;
        }

        await job.CancelAndUpdateAsync(Ct);
        await Reaches(host.Client, job.JobId, "cancelled");

        Assert.Equal(3, ordered.Training.Seed);
        Assert.Equal(job.JobId, found.JobId);
        Assert.Equal([job.JobId], listed);
        Assert.True(events > 0);
        Assert.Equal(ordered.RunId, (await ApplicationHost.Until(async () => await host.Neighbours.Hears<CancellationRequested>() is { } heard && heard.JobId == ordered.RunId ? heard : null)).JobId);
    }

    private static string Examples(int count) => string.Join('\n', Enumerable.Range(1, count).Select(number => JsonSerializer.Serialize(new
    {
        messages = new[]
        {
            new { role = "system", content = "Be kind." }, new { role = "user", content = $"Hello {number}" }, new { role = "assistant", content = $"Good day {number}" },
        },
    })));

    private static ModelTrained Trained(TrainModel order) => new ModelTrained
    {
        RunId = order.RunId,
        Model = Neighbours.Model with { Name = order.Name },
        Evaluation = new EvaluationReport { BitsPerByte = 2, BaselineBitsPerByte = 3, Bytes = 100, Passed = true, Loss = [new LossPoint { Step = 300, Loss = 1.25 }] },
    };

    private static async Task<JsonElement> Reaches(HttpClient client, string id, string status)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var job = await Json(await client.GetAsync($"{Jobs}/{id}", limit.Token));
            if (job.GetProperty("status").GetString() == status)
            {
                return job;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    private static async Task<IReadOnlyList<JsonElement>> Events(HttpClient client, string job) =>
        [.. (await Json(await client.GetAsync($"{Jobs}/{job}/events?limit=100", Ct))).GetProperty("data").EnumerateArray()];

    private static async Task<IReadOnlyList<JsonElement>> Rows(ApplicationHost host, TrainModel order, string path)
    {
        await using var packed = await host.Get<ArtifactFolders>().OpenFile(order.Dataset.Folder, path, Ct);
        await using var rows = new GZipStream(packed, CompressionMode.Decompress);
        using var reader = new StreamReader(rows);
        return [.. (await reader.ReadToEndAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }
}
