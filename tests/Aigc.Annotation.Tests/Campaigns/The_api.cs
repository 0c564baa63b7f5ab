using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Annotation.Tests.Campaigns;

public sealed class The_api
{
    private static readonly AnnotationSpec People = new() { Labelers = ["rules"], OnDisagreement = "wait", Sample = 6 };

    [Fact]
    public async Task Exports_tasks_in_label_studios_shape()
    {
        await using var host = await AnnotationHost.Start();
        var id = await Waiting(host);
        using var client = host.Client();

        var tasks = await client.GetFromJsonAsync<JsonElement>($"/api/annotation/campaigns/{id}/export");

        Assert.Equal(6, tasks.GetArrayLength());
        var task = tasks[0];
        Assert.NotEmpty(task.GetProperty("data").GetProperty("text").GetString()!);
        Assert.Equal(0, task.GetProperty("annotations").GetArrayLength());
        var result = task.GetProperty("predictions")[0].GetProperty("result")[0];
        Assert.Equal(("topic", "text", "choices"), (result.GetProperty("from_name").GetString(), result.GetProperty("to_name").GetString(), result.GetProperty("type").GetString()));
        Assert.Equal(1, result.GetProperty("value").GetProperty("choices").GetArrayLength());
    }

    [Fact]
    public async Task Takes_label_studios_results()
    {
        await using var host = await AnnotationHost.Start();
        var id = await Waiting(host);
        using var client = host.Client();
        var (task, lease) = await Next(client, id, "ann");

        var answer = await client.PostAsJsonAsync($"/api/annotation/tasks/{task}/submit", new
        {
            annotator = "ann",
            lease,
            result = new object[]
            {
                new { from_name = "topic", to_name = "text", type = "choices", value = new { choices = new[] { "general" } } },
                new { from_name = "instruction", to_name = "text", type = "textarea", value = new { text = new[] { "What?" } } },
                new { from_name = "response", to_name = "text", type = "textarea", value = new { text = new[] { "That." } } },
            },
        });

        var view = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("resolved", view.GetProperty("status").GetString());
        Assert.Equal("That.", view.GetProperty("answer").GetProperty("response").GetString());
        var agreement = await client.GetFromJsonAsync<JsonElement>($"/api/annotation/campaigns/{id}/agreement");
        Assert.True(agreement.GetProperty("everybody").TryGetProperty("cohen-kappa", out _));
        Assert.False(agreement.GetProperty("labelers").TryGetProperty("cohen-kappa", out _));
    }

    [Fact]
    public async Task Lists_campaigns_and_tasks_of_its_tenant_only()
    {
        await using var host = await AnnotationHost.Start();
        var id = await Waiting(host);
        using var client = host.Client();
        using var other = host.Client("other");

        var campaigns = await client.GetFromJsonAsync<JsonElement>("/api/annotation/campaigns");
        Assert.Equal("waiting-for-people", campaigns.GetProperty("data")[0].GetProperty("status").GetString());
        Assert.Equal(6, (await client.GetFromJsonAsync<JsonElement>($"/api/annotation/campaigns/{id}/tasks?status=open")).GetProperty("total").GetInt32());
        Assert.Equal(0, (await other.GetFromJsonAsync<JsonElement>("/api/annotation/campaigns")).GetProperty("data").GetArrayLength());
        var (task, lease) = await Next(client, id, "ann");
        Assert.All(
            new[]
            {
                await other.GetAsync($"/api/annotation/campaigns/{id}"),
                await other.GetAsync($"/api/annotation/campaigns/{id}/tasks"),
                await other.GetAsync($"/api/annotation/campaigns/{id}/agreement"),
                await other.GetAsync($"/api/annotation/campaigns/{id}/export"),
                await other.PostAsJsonAsync($"/api/annotation/campaigns/{id}/tasks/next", new { annotator = "x" }),
                await other.PostAsJsonAsync($"/api/annotation/tasks/{task}/skip", new { annotator = "ann", lease }),
            },
            answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
    }

    [Theory]
    [InlineData("{\"annotator\":\"ann\",\"topic\":\"nonsense\",\"instruction\":\"a\",\"response\":\"b\"}", 400)]
    [InlineData("{\"annotator\":\"ann\",\"topic\":\"general\",\"response\":\"b\"}", 400)]
    [InlineData("{\"annotator\":\"\",\"topic\":\"general\",\"instruction\":\"a\",\"response\":\"b\"}", 400)]
    [InlineData("{\"annotator\":\"ann\",\"topic\":\"general\",\"instruction\":\"a\",\"response\":\"b\",\"lead_time\":-1}", 400)]
    [InlineData("{\"annotator\":\"ann\",\"result\":[1,{\"from_name\":2,\"value\":3}]}", 400)]
    [InlineData("{\"annotator\":", 400)]
    [InlineData("{\"annotator\":\"ann\",\"lease\":\"somebody-elses\",\"topic\":\"general\",\"instruction\":\"a\",\"response\":\"b\"}", 409)]
    public async Task Refuses_bad_submissions_in_the_error_form(string body, int status)
    {
        await using var host = await AnnotationHost.Start();
        var id = await Waiting(host);
        using var client = host.Client();
        var (task, _) = await Next(client, id, "ann");

        var answer = await client.PostAsync($"/api/annotation/tasks/{task}/submit", new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("code").GetString()!);
    }

    [Theory]
    [InlineData("/api/annotation/campaigns/nonsense")]
    [InlineData("/api/annotation/campaigns/3f2504e0-4f89-11d3-9a0c-0305e82c3301/tasks")]
    public async Task Knows_nothing_of_other_campaigns(string path)
    {
        await using var host = await AnnotationHost.Start();
        using var client = host.Client();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path)).StatusCode);
    }

    private static async Task<Guid> Waiting(AnnotationHost host)
    {
        var id = await host.Order(await host.Dataset(Corpus.Rows(12)), People);
        await host.Seen.Reaches(id, Contracts.Jobs.JobStatus.Waiting);
        return id;
    }

    private static async Task<(string Task, string Lease)> Next(HttpClient client, Guid campaign, string annotator)
    {
        var answer = await client.PostAsJsonAsync($"/api/annotation/campaigns/{campaign}/tasks/next", new { annotator });
        var next = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (next.GetProperty("task").GetProperty("id").GetString()!, next.GetProperty("lease").GetString()!);
    }
}
