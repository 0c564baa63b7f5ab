using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Artifacts;

namespace Aigc.Annotation.Tests.Campaigns;

/// <summary>Campaigns that bring their documents and pre-labels along, from the order to the labelled version.</summary>
public sealed class A_campaign_of_people
{
    private static readonly object Spec = new { task = "spans", labels = new[] { "PER", "LOC" }, overlap = 1, onDisagreement = "wait" };

    [Fact]
    public async Task Takes_spans_and_writes_them_with_their_text()
    {
        await using var host = await AnnotationHost.Start();
        using var client = host.Client();
        var id = await People.Start(host, client, Spec, new { text = "Anna lives in Rome.", predictions = Brought("m1", 0, 4, "PER") });
        var (task, lease) = await People.Next(client, id);

        var refused = await client.PostAsJsonAsync($"/api/annotation/tasks/{task}/submit", new { lease, spans = new[] { new { start = 14, end = 99, label = "LOC" } } });
        var submitted = await client.PostAsJsonAsync(
            $"/api/annotation/tasks/{task}/submit",
            new { lease, spans = new[] { new { start = 0, end = 4, label = "PER" }, new { start = 14, end = 18, label = "LOC" } } });

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("spans", (await People.Read(refused)).GetProperty("error").GetProperty("param").GetString());
        Assert.Equal(HttpStatusCode.OK, submitted.StatusCode);
        var row = Assert.Single(await People.Rows(host, id));
        Assert.Equal(["Anna", "Rome"], row.GetProperty("spans").EnumerateArray().Select(span => span.GetProperty("text").GetString()));
        Assert.Equal("ann", row.GetProperty("annotators")[0].GetString());
    }

    [Fact]
    public async Task Takes_preferences_and_writes_what_was_chosen_and_rejected()
    {
        await using var host = await AnnotationHost.Start();
        using var client = host.Client();
        var id = await People.Start(
            host, client, new { task = "preference", overlap = 1, onDisagreement = "wait" }, new { text = "Why?", a = "Because.", b = "It rained." }, new { text = "When?", a = "Now.", b = "Then." });

        await People.Submit(client, id, new { preferred = "b" });
        await People.Submit(client, id, new { preferred = "tie" });

        var rows = await People.Rows(host, id);
        var decided = rows.Single(row => row.GetProperty("preferred").GetString() == "b");
        Assert.NotEqual(decided.GetProperty("chosen").GetString(), decided.GetProperty("rejected").GetString());
        Assert.Equal(decided.GetProperty("b").GetString(), decided.GetProperty("chosen").GetString());
        Assert.Equal(JsonValueKind.Null, rows.Single(row => row.GetProperty("preferred").GetString() == "tie").GetProperty("chosen").ValueKind);
    }

    [Fact]
    public async Task Takes_texts_and_writes_rows_that_training_reads()
    {
        await using var host = await AnnotationHost.Start();
        using var client = host.Client();
        var id = await People.Start(host, client, new { task = "text", question = "Say it in one word.", overlap = 1, onDisagreement = "wait" }, new { text = "It rains." });

        await People.Submit(client, id, new { text = " Rain " });

        var row = Assert.Single(await People.Rows(host, id));
        Assert.Equal(("Say it in one word.\n\nIt rains.", "Rain"), (row.GetProperty("instruction").GetString(), row.GetProperty("response").GetString()));
    }

    [Fact]
    public async Task Tells_which_pre_labels_were_accepted_and_which_corrected()
    {
        await using var host = await AnnotationHost.Start();
        using var client = host.Client();
        var id = await People.Start(
            host, client, Spec, new { text = "Anna sings.", predictions = Brought("m1", 0, 4, "PER") }, new { text = "Rome sleeps.", predictions = Brought("m1", 0, 4, "PER") });

        for (var i = 0; i < 2; i++)
        {
            var next = await People.Read(await client.PostAsJsonAsync($"/api/annotation/campaigns/{id}/tasks/next", new { }));
            var rome = next.GetProperty("task").GetProperty("task").GetProperty("data").GetProperty("text").GetString()!.StartsWith("Rome", StringComparison.Ordinal);
            await client.PostAsJsonAsync(
                $"/api/annotation/tasks/{next.GetProperty("task").GetProperty("id").GetString()}/submit",
                new { lease = next.GetProperty("lease").GetString(), spans = new[] { new { start = 0, end = 4, label = rome ? "LOC" : "PER" } } });
        }

        var use = (await client.GetFromJsonAsync<JsonElement>($"/api/annotation/campaigns/{id}/agreement")).GetProperty("preLabels")[0];
        Assert.Equal(("m1", 1, 1), (use.GetProperty("labeler").GetString(), use.GetProperty("accepted").GetInt32(), use.GetProperty("corrected").GetInt32()));
    }

    [Fact]
    public async Task Puts_a_label_down_to_whoever_asks_and_to_nobody_else()
    {
        await using var host = await AnnotationHost.Start();
        using var client = host.Client(user: "user_1");
        var id = await People.Start(host, client, Spec, new { text = "Anna sings." });

        var asked = await client.PostAsJsonAsync($"/api/annotation/campaigns/{id}/tasks/next", new { annotator = "user_2" });
        var own = await client.PostAsJsonAsync($"/api/annotation/campaigns/{id}/tasks/next", new { annotator = "user_1" });

        Assert.Equal((HttpStatusCode.BadRequest, "annotator_not_you"), (asked.StatusCode, (await People.Read(asked)).GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task Gives_a_task_back_to_whoever_undoes_the_label()
    {
        await using var host = await AnnotationHost.Start();
        using var client = host.Client();
        using var other = host.Client(user: "bob");
        var id = await People.Start(host, client, Spec, new { text = "Anna sings." }, new { text = "Bob too." });
        var (task, lease) = await People.Next(client, id);
        await client.PostAsJsonAsync($"/api/annotation/tasks/{task}/submit", new { lease, spans = Array.Empty<object>() });

        var stranger = await other.PostAsJsonAsync($"/api/annotation/tasks/{task}/undo", new { lease });
        var undone = await People.Read(await client.PostAsJsonAsync($"/api/annotation/tasks/{task}/undo", new { lease }));
        var again = await People.Read(await client.PostAsJsonAsync($"/api/annotation/tasks/{task}/undo", new { lease }));

        Assert.Equal(HttpStatusCode.Conflict, stranger.StatusCode);
        Assert.Equal(("open", 0), (undone.GetProperty("task").GetProperty("status").GetString(), undone.GetProperty("task").GetProperty("task").GetProperty("annotations").GetArrayLength()));
        Assert.Equal(undone.GetProperty("lease").GetString(), again.GetProperty("lease").GetString());
        var resubmitted = await client.PostAsJsonAsync($"/api/annotation/tasks/{task}/submit", new { lease = undone.GetProperty("lease").GetString(), spans = Array.Empty<object>() });
        Assert.Equal("resolved", (await People.Read(resubmitted)).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":\"spans\",\"onDisagreement\":\"wait\"},\"documents\":[{\"text\":\"a\"}]}", "annotation.labels")]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":\"spans\",\"labels\":[null],\"onDisagreement\":\"wait\"},\"documents\":[{\"text\":\"a\"}]}", "annotation.labels")]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":\"spans\",\"labels\":[\"A\"]},\"documents\":[{\"text\":\"a\"}]}", "annotation.onDisagreement")]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":null},\"documents\":[{\"text\":\"a\"}]}", "annotation.task")]
    [InlineData("{\"name\":\"x\",\"documents\":[{\"text\":\"a\"}]}", "annotation")]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":\"text\",\"onDisagreement\":\"wait\"}}", "documents")]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":\"text\",\"onDisagreement\":\"wait\"},\"documents\":[{\"text\":\"a\"},null]}", "documents[1].text")]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":\"text\",\"onDisagreement\":\"wait\"},\"documents\":[{\"text\":\"a\",\"id\":\"1\"},{\"text\":\"b\",\"id\":\"1\"}]}", "documents[1].id")]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":\"preference\",\"onDisagreement\":\"wait\"},\"documents\":[{\"text\":\"a\"}]}", "dataset")]
    [InlineData("{\"name\":\"x\",\"annotation\":{\"task\":\"text\",\"onDisagreement\":\"wait\"},\"documents\":[{\"text\":\"a\",\"predictions\":[{\"result\":[]}]}]}", "dataset")]
    public async Task That_cannot_be_is_refused_before_it_starts(string body, string param)
    {
        await using var host = await AnnotationHost.Start();
        using var client = host.Client();

        var answer = await client.PostAsync("/api/annotation/campaigns", new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(param, (await People.Read(answer)).GetProperty("error").GetProperty("param").GetString());
    }

    private static object[] Brought(string model, int start, int end, string label) =>
        [new { model_version = model, score = 0.9, result = new[] { new { from_name = "spans", to_name = "text", type = "labels", value = new { start, end, labels = new[] { label } } } } }];
}

/// <summary>What people do over HTTP.</summary>
internal static class People
{
    /// <summary>Starts a campaign and waits until it waits for people.</summary>
    public static async Task<Guid> Start(AnnotationHost host, HttpClient client, object annotation, params object[] documents)
    {
        var answer = await client.PostAsJsonAsync("/api/annotation/campaigns", new { name = "people", annotation, documents });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var id = (await Read(answer)).GetProperty("id").GetGuid();
        await host.Seen.Reaches(id, JobStatus.Waiting);
        return id;
    }

    public static async Task<(string Task, string Lease)> Next(HttpClient client, Guid campaign)
    {
        var next = await Read(await client.PostAsJsonAsync($"/api/annotation/campaigns/{campaign}/tasks/next", new { }));
        return (next.GetProperty("task").GetProperty("id").GetString()!, next.GetProperty("lease").GetString()!);
    }

    /// <summary>Labels the next task.</summary>
    public static async Task<string> Submit(HttpClient client, Guid campaign, object answer)
    {
        var (task, lease) = await Next(client, campaign);
        var body = JsonSerializer.SerializeToNode(answer)!.AsObject();
        body["lease"] = lease;
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync($"/api/annotation/tasks/{task}/submit", body)).StatusCode);
        return task;
    }

    public static Task<JsonElement> Read(HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>The rows of the version, once it stands.</summary>
    public static async Task<List<JsonElement>> Rows(AnnotationHost host, Guid campaign)
    {
        var finished = Assert.IsType<LabelingFinished>(await host.Seen.Outcome(campaign));
        var directory = await host.Get<ArtifactFolders>().Checkout(finished.Labels.Folder);
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(directory, "data", "train-00000-of-00001.jsonl.gz")), CompressionMode.Decompress));
        return [.. (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }
}
