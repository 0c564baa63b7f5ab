using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;
using Aigc.Annotation.Tests.Campaigns;

namespace Aigc.Annotation.Tests.Adjudication;

public sealed class A_disagreement
{
    private static readonly object Texts = new { task = "text", overlap = 2, onDisagreement = "wait" };
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Is_listed_settled_with_who_and_when_announced_and_followed_by_the_campaign()
    {
        await using var host = await AnnotationHost.Start();
        using var ann = host.Client();
        using var bob = host.Client(user: "bob");
        using var judge = host.Client(user: "judge");
        var id = await People.Start(host, ann, Texts, new { text = "Capital of Italy?" });
        var task = await People.Submit(ann, id, new { text = "Rome" });
        await People.Submit(bob, id, new { text = "Milan" });

        var listed = await judge.GetFromJsonAsync<JsonElement>($"/api/annotation/campaigns/{id}/disagreements");
        Assert.Equal((1, task), (listed.GetProperty("total").GetInt32(), listed.GetProperty("data")[0].GetProperty("id").GetString()));
        for (var i = 0; i < 2; i++)
        {
            var settled = await judge.PostAsJsonAsync($"/api/annotation/tasks/{task}/adjudicate", new { text = "Rome", note = "As the map has it." });
            Assert.Equal(HttpStatusCode.OK, settled.StatusCode);
            Assert.Equal("judge", (await People.Read(settled)).GetProperty("decision").GetProperty("by").GetString());
        }

        var row = Assert.Single(await People.Rows(host, id));
        Assert.Equal("Rome", row.GetProperty("response").GetString());
        Assert.Equal(["ann", "judge"], row.GetProperty("annotators").EnumerateArray().Select(name => name.GetString()));
        var act = await host.Seen.Act("task.adjudicated");
        Assert.Equal((task, "judge", "default"), (act.Target, act.User, act.Tenant));
        Assert.Single(host.Seen.Acts.Where(told => told.Act == act.Act).Select(told => told.ActId).Distinct());
        var agreement = await judge.GetFromJsonAsync<JsonElement>($"/api/annotation/campaigns/{id}/agreement");
        Assert.Equal(1, agreement.GetProperty("disputes").GetProperty("adjudicated").GetInt32());
        Assert.Equal(0, agreement.GetProperty("people").GetProperty("share-agreed").GetDouble());
    }

    [Fact]
    public async Task Is_settled_by_nobody_without_the_right_and_by_no_other_tenant()
    {
        await using var host = await AnnotationHost.Start();
        using var ann = host.Client();
        using var bob = host.Client(user: "bob", scopes: "annotate look");
        using var stranger = host.Client("other");
        var id = await People.Start(host, ann, Texts, new { text = "Capital of Italy?" });
        var task = await People.Submit(ann, id, new { text = "Rome" });

        Assert.Equal(HttpStatusCode.Conflict, (await ann.PostAsJsonAsync($"/api/annotation/tasks/{task}/adjudicate", new { text = "Rome" })).StatusCode);
        await People.Submit(bob, id, new { text = "Milan" });
        Assert.Equal(HttpStatusCode.Forbidden, (await bob.PostAsJsonAsync($"/api/annotation/tasks/{task}/adjudicate", new { text = "Milan" })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsJsonAsync($"/api/annotation/tasks/{task}/adjudicate", new { text = "Milan" })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/annotation/campaigns/{id}/disagreements")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await bob.PostAsJsonAsync("/api/annotation/campaigns", new { name = "x" })).StatusCode);
    }

    [Fact]
    public void Of_the_minority_is_outvoted()
    {
        var task = Task_("preference", 3);
        Say(task, "ann", new() { Preferred = "a" });
        Say(task, "bob", new() { Preferred = "b" });
        Say(task, "cid", new() { Preferred = "b" });
        Assert.Equal((TaskStatuses.Resolved, TaskDisputes.Outvoted, "b"), (task.Status, task.Dispute, task.Answer!.Preferred));
    }

    [Fact]
    public void On_spans_waits_for_whoever_adjudicates_and_asks_nobody_else()
    {
        var task = Task_("spans", 2);
        Say(task, "ann", new() { Spans = [new(0, 4, "PER")] });
        Assert.Null(task.Dispute);
        Say(task, "bob", new() { Spans = [new(0, 3, "PER")] });
        Assert.Equal((TaskStatuses.Open, TaskDisputes.Undecided, (DateTimeOffset?)null), (task.Status, task.Dispute, task.LeasableAt));
        Assert.Null(TaskRules.Lease(task, "cid", "l", Now, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void That_is_settled_is_not_undone()
    {
        var task = Task_("text", 2);
        Say(task, "ann", new() { Text = "a" });
        Say(task, "bob", new() { Text = "b" });
        TaskRules.Adjudicate(task, Guid.NewGuid(), "judge", new() { Text = "b" }, null, Now);
        Assert.Null(TaskRules.Undo(task, "bob", "bob", "again", Now, TimeSpan.FromMinutes(1)));
        Assert.Equal("b", task.Answer!.Text);
    }

    private static void Say(AnnotationTask task, string who, TaskAnswer answer)
    {
        Assert.NotNull(TaskRules.Lease(task, who, who, Now, TimeSpan.FromMinutes(1)));
        Assert.True(TaskRules.Finish(task, who, who, answer, 1, Now));
    }

    private static AnnotationTask Task_(string kind, int overlap)
    {
        var task = new AnnotationTask { Id = "c-0", Campaign = "c", Number = 0, Kind = kind, Data = new("d", "", "Anna sings.", "A", "B") };
        Assert.NotNull(TaskKinds.Find(kind));
        TaskRules.Open(task, overlap);
        return task;
    }
}
