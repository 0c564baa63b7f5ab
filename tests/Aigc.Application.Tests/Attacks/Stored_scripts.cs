using System.Text.RegularExpressions;
using Aigc.Application.Responses;
using Aigc.Application.Studio.Talk;
using Aigc.Contracts;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Application.Tests.Attacks;

/// <summary>Somebody has stored these words where others read names, labels, prompts and documents. Studio's pages show them and run nothing.</summary>
public sealed partial class Stored_scripts : ServiceTest
{
    private const string Words = "<script>alert(1)</script><img src=x onerror=alert(2)>\"onmouseover=\"alert(3)\" [go](javascript:alert(4)) ![x](javascript:alert(5)) </title></textarea></pre>-->";
    private const string Link = "javascript:alert(6)";
    private const string Key = "key_1";

    private static readonly Guid Id = Guid.NewGuid();
    private static readonly string Digest = new('a', 64);

    private static readonly RegisteredModel Model = new() { Model = Neighbours.Model with { Name = Words, Tier = Words }, At = DateTimeOffset.UnixEpoch };

    private static readonly object Choice = new[] { new { from_name = "label", to_name = "text", type = "choices", value = new { choices = new[] { Words } } } };

    private static readonly object Campaign = new
    {
        id = Id,
        status = "waiting-for-people",
        name = Words,
        dataset = Digest,
        tasks = 1,
        agreed = 0,
        open = 1,
        createdAt = DateTimeOffset.UnixEpoch,
        labels = Words,
        annotation = new { task = "classification", labels = new[] { Words }, question = Words },
    };

    private static readonly object Work = new
    {
        id = "task_1",
        status = "open",
        wanted = 2,
        dispute = Words,
        task = new
        {
            data = new { text = Words, title = Words, a = Words, b = Link },
            predictions = new[] { new { result = Choice, score = 1, model_version = Words } },
            annotations = new[] { new { result = Choice, completed_by = Words } },
        },
    };

    private static readonly object Dataset = new { digest = Digest, name = Words, trainRows = 1, validationRows = 1, textBytes = 1, createdAt = DateTimeOffset.UnixEpoch };

    private static readonly object Publication = new
    {
        id = Id,
        status = "succeeded",
        contentId = Words,
        title = Words,
        channel = Words,
        reused = false,
        state = "published",
        deliveries = 1,
        waiting = Words,
        error = new Problem { Code = "x", Message = Words },
        createdAt = DateTimeOffset.UnixEpoch,
        changedAt = DateTimeOffset.UnixEpoch,
        receipt = new PublicationReceipt { ContentId = Words, Channel = Words, Location = Link, Digest = Digest, Marks = [Words], At = DateTimeOffset.UnixEpoch },
        decision = new { approved = true, by = Words, at = DateTimeOffset.UnixEpoch, reason = Words },
    };

    private static readonly Dictionary<string, object> Answers = new()
    {
        ["/api/annotation/campaigns"] = Page(Campaign),
        [$"/api/annotation/campaigns/{Id}"] = Campaign,
        [$"/api/annotation/campaigns/{Id}/tasks"] = Page(Work),
        [$"/api/annotation/campaigns/{Id}/disagreements"] = Page(Work),
        [$"/api/annotation/campaigns/{Id}/agreement"] = new
        {
            tasks = 1,
            labelers = new Dictionary<string, double> { [Words] = 1 },
            people = new { },
            everybody = new { },
            preLabels = new[] { new { labeler = Words, accepted = 1, corrected = 1 } },
            disputes = new { undecided = 1, outvoted = 0, adjudicated = 0 },
        },
        ["/api/datasets"] = Page(Dataset),
        [$"/api/datasets/{Digest}"] = new { dataset = Dataset, counts = new Dictionary<string, long> { [Words] = 1 }, card = Words },
        [$"/api/datasets/{Digest}/documents"] = Page(new { id = "1", text = Words, source = Link, title = Words, language = Words, signals = new Dictionary<string, double> { [Words] = 1 } }),
        ["/api/models"] = new[] { Model },
        [$"/api/models/{Digest}"] = Model,
        ["/api/training/runs"] = Page(),
        ["/api/publications"] = Page(Publication),
        [$"/api/publications/{Id}"] = Publication,
        [$"/api/publications/{Id}/preview"] = new
        {
            title = Words,
            visible = Words,
            text = Words,
            shortened = false,
            model = Words,
            generatedAt = DateTimeOffset.UnixEpoch,
            prompt = Words,
            marks = new[] { Words },
            label = new Dictionary<string, string> { [Words] = Words, ["link"] = Link, ["site"] = $"https://evil.example/{Words}" },
        },
    };

    public static TheoryData<string> Pages =>
    [
        "/annotate", $"/annotate/{Id}", $"/annotate/{Id}/disagreements", "/data", $"/data/{Digest}", "/models", $"/models/{Digest}", "/publish", $"/publish/{Id}", "/prompts",
        "/chains", $"/chains/{Id}",
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Are_words_on_every_page_that_shows_them(string path)
    {
        await using var host = await ApplicationHost.Start(DataRoot, neighbours => (neighbours.Models, neighbours.Door) = ([Model], Door));
        await Store(host);
        using var client = host.ClientOf(ApplicationHost.Tenant);
        client.DefaultRequestHeaders.Add(CallerContext.KeyHeader, Key);

        var page = await client.GetStringAsync(path);

        AreWords(page);
    }

    [Fact]
    public async Task Are_words_in_a_conversation()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        await using var scope = host.Get<IServiceScopeFactory>().CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, host.Get<ILoggerFactory>());
        using var talk = Studio.Talking_to_models.Talk(host);
        talk.Open([new Turn("user") { Text = Words }, new Turn("assistant", Words) { Text = Words }], null);

        var page = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<Lane>(ParameterView.FromDictionary(new Dictionary<string, object?> { ["Talk"] = talk, ["Models"] = new[] { Model }, ["Label"] = "Model" }))).ToHtmlString());

        AreWords(page);
    }

    private static void AreWords(string page)
    {
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"onmouseover=", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(ScriptLink(), page);
    }

    private static async Task Store(ApplicationHost host)
    {
        await host.Bus.Publish(Changed(Id, JobStatus.Succeeded, 1) with { Title = Words, Stage = Words, Result = new Dictionary<string, string> { [Words] = Words, ["link"] = Link } });
        await host.Get<IDocumentStore<ResponseDocument>>().Insert(new ResponseDocument
        {
            Id = $"resp_{Id:N}",
            Tenant = ApplicationHost.Tenant,
            By = $"{ApplicationHost.Tenant}/key/{Key}",
            CreatedAt = TimeProvider.System.GetUtcNow(),
            Expires = TimeProvider.System.GetUtcNow().AddDays(1),
            Status = ResponseState.Completed,
            Wishes = new ResponseWishes { Model = Words, Metadata = "{}" },
            Input = [MessageItems.Of(Words)],
            MessageId = MessageItems.NewId(),
            Text = Words,
            Deltas = [new ResponseDelta(Words)],
        });
        await host.Job(Id, job => job.Title == Words);
    }

    private static async Task Door(HttpContext context, RequestDelegate next)
    {
        if (Answers.TryGetValue(context.Request.Path.Value!, out var answer))
        {
            await context.Response.WriteAsJsonAsync(answer);
            return;
        }

        await next(context);
    }

    private static object Page(params object[] data) => new { data, total = data.Length };

    [GeneratedRegex("""(href|src|action|formaction)\s*=\s*["']?\s*javascript:""", RegexOptions.IgnoreCase)]
    private static partial Regex ScriptLink();
}
