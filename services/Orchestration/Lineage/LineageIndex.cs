using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Orchestration.Lineage;

/// <summary>One activity.</summary>
internal sealed class ActivityDocument : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required LineageRecorded Activity { get; init; }
}

/// <summary>That a node went into or came out of an activity: the index that is walked.</summary>
internal sealed class EdgeDocument : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    /// <summary>Tenant, direction and node in one, since every look-up names all three.</summary>
    public required string Key { get; init; }

    public required string ActivityId { get; init; }

    public static string KeyOf(string tenant, bool output, string node) => $"{tenant}|{(output ? "out" : "in")}|{node}";
}

/// <summary>Where everything came from and what became of it.</summary>
internal sealed class LineageIndex(IDocumentStore<ActivityDocument> activities, IDocumentStore<EdgeDocument> edges)
{
    // A graph of this size is no longer read by a person; programs page by walking on from its rim.
    private const int MaxActivities = 500;

    public async Task Record(LineageRecorded activity, CancellationToken ct)
    {
        // Edges first: an activity that is found has all of its edges.
        foreach (var (node, output) in activity.Inputs.Select(n => (n, false)).Concat(activity.Outputs.Select(n => (n, true))))
        {
            var key = EdgeDocument.KeyOf(activity.Tenant, output, node.Id);
            await edges.Insert(new EdgeDocument { Id = Digest.OfParts(key, activity.JobId.ToString()), Key = key, ActivityId = activity.JobId.ToString() }, ct);
        }

        await activities.Insert(new ActivityDocument { Id = activity.JobId.ToString(), Tenant = activity.Tenant, Activity = activity }, ct);
    }

    /// <summary>Everything upstream and downstream of a node, or of what a job took and made; oldest first.</summary>
    public async Task<IReadOnlyList<LineageRecorded>> Trace(string tenant, string id, CancellationToken ct)
    {
        var found = new Dictionary<Guid, LineageRecorded>();
        var own = await activities.Find(id, ct);
        if (own?.Tenant == tenant)
        {
            found[own.Activity.JobId] = own.Activity;
            await Walk(tenant, [.. own.Activity.Outputs.Select(n => n.Id)], upstream: true, found, ct);
            await Walk(tenant, [.. own.Activity.Outputs.Select(n => n.Id)], upstream: false, found, ct);
            if (own.Activity.Activity == JobKinds.Chain && found.Count > 1)
            {
                // What the links did says all of it, and in the order it happened.
                found.Remove(own.Activity.JobId);
            }
        }
        else
        {
            await Walk(tenant, [id], upstream: true, found, ct);
            await Walk(tenant, [id], upstream: false, found, ct);
        }

        return [.. found.Values.OrderBy(activity => activity.At).ThenBy(activity => activity.JobId)];
    }

    private async Task Walk(string tenant, string[] start, bool upstream, Dictionary<Guid, LineageRecorded> found, CancellationToken ct)
    {
        var seen = start.ToHashSet();
        var nodes = new Queue<string>(start);
        while (nodes.TryDequeue(out var node) && found.Count < MaxActivities)
        {
            foreach (var edge in await edges.Query(new DocumentQuery<EdgeDocument>().Where(e => e.Key, EdgeDocument.KeyOf(tenant, upstream, node)), ct))
            {
                // A chain's own record sums up its links; walking through it would be a short cut past them.
                if (await activities.Find(edge.ActivityId, ct) is not { Activity: { } activity } || activity.Activity == JobKinds.Chain)
                {
                    continue;
                }

                found[activity.JobId] = activity;
                foreach (var next in upstream ? activity.Inputs : activity.Outputs)
                {
                    if (seen.Add(next.Id))
                    {
                        nodes.Enqueue(next.Id);
                    }
                }
            }
        }
    }
}

/// <summary>Records what it hears and answers what it is asked.</summary>
internal sealed class LineageConsumer(LineageIndex index) : IConsumer<LineageRecorded>, IConsumer<TraceLineage>
{
    public Task Consume(ConsumeContext<LineageRecorded> context) => index.Record(context.Message, context.CancellationToken);

    public async Task Consume(ConsumeContext<TraceLineage> context) =>
        await context.RespondAsync(new LineageGraph { Activities = await index.Trace(context.Message.Tenant, context.Message.Id, context.CancellationToken) });
}
