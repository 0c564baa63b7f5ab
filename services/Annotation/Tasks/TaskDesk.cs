using Aigc.Storage.Documents;

namespace Aigc.Annotation.Tasks;

/// <summary>How an attempt to change a task ended.</summary>
internal enum TaskOutcome
{
    Done,
    NotFound,

    /// <summary>The lease ran out, or is somebody else's.</summary>
    LeaseLost,

    /// <summary>It has been decided since.</summary>
    TooLate,
}

/// <summary>Hands tasks to people and takes their labels back.</summary>
internal sealed class TaskDesk(IDocumentStore<AnnotationTask> tasks, TimeProvider time)
{
    private const int Page = 32;

    /// <summary>Leases the next free task to an annotator; null when there is none for this one.</summary>
    public async Task<(AnnotationTask Task, TaskLease Lease)?> Next(string campaign, string annotator, TimeSpan duration, CancellationToken ct = default)
    {
        var after = -1;
        while (true)
        {
            var now = time.GetUtcNow();
            // Pages go on by number, not by count: tasks leave the set while others lease them.
            var page = await tasks.Query(
                new DocumentQuery<AnnotationTask>()
                    .Where(task => task.Campaign, campaign)
                    .AtMost(task => task.LeasableAt, now)
                    .AtLeast(task => task.Number, after + 1)
                    .OrderBy(task => task.Number)
                    .Take(Page),
                ct);
            // Annotators start at different places of a page, so that they do not all fight for its first task.
            var start = page.Count == 0 ? 0 : (int)(Fnv(annotator) % (uint)page.Count);
            for (var i = 0; i < page.Count; i++)
            {
                TaskLease? lease = null;
                var id = Guid.NewGuid().ToString("N");
                var taken = await tasks.TryUpdate(
                    page[(start + i) % page.Count].Id,
                    task => (lease = TaskRules.Lease(task, annotator, id, time.GetUtcNow(), duration)) is not null,
                    ct);
                if (taken is not null)
                    return (taken, lease!);
            }

            if (page.Count < Page)
                return null;
            after = page[^1].Number;
        }
    }

    /// <summary>Takes a label; the same submission again is the same label.</summary>
    public Task<(TaskOutcome Outcome, AnnotationTask? Task)> Submit(string id, string annotator, string lease, TaskAnswer answer, double? leadTime, CancellationToken ct = default) =>
        Finish(id, annotator, lease, answer, leadTime, ct);

    /// <summary>Notes that an annotator passes; somebody else gets the task.</summary>
    public Task<(TaskOutcome Outcome, AnnotationTask? Task)> Skip(string id, string annotator, string lease, CancellationToken ct = default) =>
        Finish(id, annotator, lease, null, null, ct);

    /// <summary>Gives a leased task back.</summary>
    public Task<(TaskOutcome Outcome, AnnotationTask? Task)> Release(string id, string annotator, string lease, CancellationToken ct = default) =>
        Change(id, task => TaskRules.Release(task, annotator, lease, time.GetUtcNow()), ct);

    /// <summary>Takes back what the annotator did under a lease, and gives the task again; repeated, it is the same lease.</summary>
    public async Task<(TaskOutcome Outcome, AnnotationTask? Task, TaskLease? Lease)> Undo(string id, string annotator, string done, TimeSpan duration, CancellationToken ct = default)
    {
        // Named after what is undone, so that a repeat finds it.
        var name = $"{done}-undone";
        TaskLease? lease = null;
        if (await tasks.TryUpdate(id, task => (lease = TaskRules.Undo(task, annotator, done, name, time.GetUtcNow(), duration)) is not null, ct) is { } undone)
            return (TaskOutcome.Done, undone, lease);
        return await tasks.Find(id, ct) switch
        {
            null => (TaskOutcome.NotFound, null, null),
            { } task when task.Leases.FirstOrDefault(held => held.Id == name && held.Annotator == annotator) is { } held => (TaskOutcome.Done, task, held),
            var task => (TaskOutcome.TooLate, task, null),
        };
    }

    /// <summary>Settles a disagreement. The same decision again by the same person is the one that stands.</summary>
    public Task<(TaskOutcome Outcome, AnnotationTask? Task)> Adjudicate(string id, string by, TaskAnswer answer, string? note, CancellationToken ct = default) => Change(
        id,
        task => TaskRules.Adjudicate(task, Guid.NewGuid(), by, answer, note, time.GetUtcNow()),
        ct,
        task => task.Decision is { } before && before.By == by && before.Note == note && before.Answer.Says(answer));

    private Task<(TaskOutcome, AnnotationTask?)> Finish(string id, string annotator, string lease, TaskAnswer? answer, double? leadTime, CancellationToken ct) =>
        Change(
            id,
            task => TaskRules.Finish(task, annotator, lease, answer, leadTime, time.GetUtcNow()),
            ct,
            task => task.Annotations.Any(annotation => annotation.Lease == lease && annotation.Annotator == annotator && annotation.WasCancelled == answer is null));

    private async Task<(TaskOutcome, AnnotationTask?)> Change(
        string id, Func<AnnotationTask, bool> change, CancellationToken ct, Func<AnnotationTask, bool>? already = null)
    {
        if (await tasks.TryUpdate(id, task => already?.Invoke(task) != true && change(task), ct) is { } changed)
            return (TaskOutcome.Done, changed);
        return await tasks.Find(id, ct) switch
        {
            null => (TaskOutcome.NotFound, null),
            { } task when already?.Invoke(task) == true => (TaskOutcome.Done, task),
            var task => (TaskOutcome.LeaseLost, task),
        };
    }

    private static uint Fnv(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619u;
        return hash;
    }
}
