using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Annotation.Campaigns;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Tests.Campaigns;

public sealed class A_campaign
{
    [Fact]
    public async Task Leaves_a_labelled_version_and_open_tasks_for_people()
    {
        await using var host = await AnnotationHost.Start();
        var id = await host.Order(await host.Dataset(Corpus.Rows(60)));

        var finished = Assert.IsType<LabelingFinished>(await host.Seen.Outcome(id));

        Assert.Equal(60, finished.Agreed + finished.Open);
        Assert.Equal(finished.Agreed, finished.Labels.TrainRows);
        Assert.InRange(finished.Agreement["cohen-kappa"], 0.2, 1);
        var rows = await Rows(host, finished);
        Assert.Equal(finished.Agreed, rows.Count);
        Assert.All(rows, row => Assert.All(["id", "instruction", "response", "topic", "sourceDocumentId"], field => Assert.NotEmpty(row.GetProperty(field).GetString()!)));
        var open = await host.Get<IDocumentStore<AnnotationTask>>().Count(new DocumentQuery<AnnotationTask>().Where(task => task.Status, TaskStatuses.Open));
        Assert.Equal(finished.Open, open);
    }

    [Fact]
    public async Task With_the_same_data_and_specification_is_reused()
    {
        await using var host = await AnnotationHost.Start();
        var dataset = await host.Dataset(Corpus.Rows(30));
        var first = Assert.IsType<LabelingFinished>(await host.Seen.Outcome(await host.Order(dataset)));

        var second = Assert.IsType<LabelingFinished>(await host.Seen.Outcome(await host.Order(dataset)));

        Assert.False(first.Reused);
        Assert.True(second.Reused);
        Assert.Equal(first.Labels.Folder.Digest, second.Labels.Folder.Digest);
    }

    [Fact]
    public async Task Gives_the_same_bytes_on_another_machine()
    {
        var digests = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            await using var host = await AnnotationHost.Start();
            var rows = Corpus.Rows(30);
            if (i == 1)
                rows.Reverse();
            var finished = Assert.IsType<LabelingFinished>(await host.Seen.Outcome(await host.Order(await host.Dataset(rows))));
            digests.Add((await host.Get<ArtifactFolders>().List(finished.Labels.Folder)).Single(file => file.Path.StartsWith("data/", StringComparison.Ordinal)).Digest);
        }

        Assert.Equal(digests[0], digests[1]);
    }

    [Fact]
    public async Task That_waits_for_people_goes_on_when_they_are_done()
    {
        await using var host = await AnnotationHost.Start();
        // With one labeler and an overlap of two, every task wants a person.
        var spec = new AnnotationSpec { Labelers = ["rules"], OnDisagreement = "wait", Sample = 4 };
        var id = await host.Order(await host.Dataset(Corpus.Rows(10)), spec);
        await host.Seen.Reaches(id, JobStatus.Waiting);
        using var client = host.Client();

        for (var i = 0; i < 4; i++)
        {
            var next = await (await client.PostAsJsonAsync($"/api/annotation/campaigns/{id}/tasks/next", new { annotator = "ann" })).Content.ReadFromJsonAsync<JsonElement>();
            var task = next.GetProperty("task").GetProperty("id").GetString();
            var submitted = await client.PostAsJsonAsync(
                $"/api/annotation/tasks/{task}/submit",
                new { annotator = "ann", lease = next.GetProperty("lease").GetString(), topic = "general", instruction = "What?", response = "That.", lead_time = 3.5 });
            submitted.EnsureSuccessStatusCode();
        }

        var finished = Assert.IsType<LabelingFinished>(await host.Seen.Outcome(id));
        Assert.Equal((4, 0), (finished.Agreed, finished.Open));
        Assert.All(await Rows(host, finished), row => Assert.Equal("ann", row.GetProperty("annotators")[0].GetString()));
    }

    [Fact]
    public async Task That_crashed_among_its_tasks_has_each_of_them_once()
    {
        var root = Directory.CreateTempSubdirectory("aigc-annotation-").FullName;
        try
        {
            Guid id;
            Contracts.DataSupply.DatasetVersionRef dataset;
            await using (var first = await AnnotationHost.Start(root: root))
            {
                dataset = await first.Dataset(Corpus.Rows(40));
                id = await first.Order(dataset);
                await first.Seen.Reaches(id, JobStatus.Running);
            }

            await using var second = await AnnotationHost.Start(root: root);
            var finished = Assert.IsType<LabelingFinished>(await second.Seen.Outcome(id));
            Assert.Equal(40, finished.Agreed + finished.Open);
            Assert.Equal(40, await second.Get<IDocumentStore<AnnotationTask>>().Count(new DocumentQuery<AnnotationTask>().Where(task => task.Campaign, id.ToString())));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData("poetry", "continue", 2, "rules", "annotation.task")]
    [InlineData("topic", "shrug", 2, "rules", "annotation.onDisagreement")]
    [InlineData("topic", "continue", 0, "rules", "annotation.overlap")]
    [InlineData("topic", "continue", 2, "oracle", "annotation.labelers")]
    public async Task With_a_bad_specification_fails_and_names_the_key(string task, string policy, int overlap, string labeler, string param)
    {
        await using var host = await AnnotationHost.Start();
        var id = await host.Order(await host.Dataset(Corpus.Rows(1)), new() { Task = task, OnDisagreement = policy, Overlap = overlap, Labelers = [labeler] });
        var failed = Assert.IsType<LabelingFailed>(await host.Seen.Outcome(id));
        Assert.Equal(("annotation_invalid", param), (failed.Problem.Code, failed.Problem.Param));
    }

    [Fact]
    public async Task Over_an_empty_dataset_fails()
    {
        await using var host = await AnnotationHost.Start();
        var failed = Assert.IsType<LabelingFailed>(await host.Seen.Outcome(await host.Order(await host.Dataset([]))));
        Assert.Equal("dataset_empty", failed.Problem.Code);
    }

    [Fact]
    public async Task Whose_tasks_all_wait_for_people_fails_without_labels()
    {
        await using var host = await AnnotationHost.Start();
        var failed = Assert.IsType<LabelingFailed>(await host.Seen.Outcome(await host.Order(await host.Dataset(Corpus.Rows(5)), new() { Labelers = [], Overlap = 1 })));
        Assert.Equal("labels_empty", failed.Problem.Code);
    }

    private static async Task<List<JsonElement>> Rows(AnnotationHost host, LabelingFinished finished)
    {
        await using var file = await host.Get<ArtifactFolders>().OpenFile(finished.Labels.Folder, "data/train-00000-of-00001.jsonl.gz");
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        return [.. (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
