namespace Aigc.Annotation.Tasks;

/// <summary>What may happen to a task. Pure changes of one document; whoever calls writes it with compare-and-swap.</summary>
internal static class TaskRules
{
    /// <summary>Decides by the automatic labels alone, or opens the task for people.</summary>
    /// <param name="task">The task with its predictions.</param>
    /// <param name="overlap">Labels wanted in all.</param>
    /// <param name="needsPair">Whether an instruction and a response belong to the label.</param>
    public static void Open(AnnotationTask task, int overlap, bool needsPair)
    {
        var topics = task.Predictions.Select(prediction => prediction.Answer.Topic).Distinct(StringComparer.Ordinal).ToList();
        var best = BestPair(task.Predictions.Select(prediction => prediction.Answer));
        if (topics.Count == 1 && task.Predictions.Count >= overlap && (!needsPair || best is not null))
        {
            task.Status = TaskStatuses.Agreed;
            task.Answer = needsPair ? best! with { Topic = topics[0] } : new(topics[0], null, null);
        }
        else
        {
            // Enough labelers that disagree: one person decides. Too few labelers: people fill up the overlap.
            task.Wanted = Math.Max(1, overlap - task.Predictions.Count);
        }

        Settle(task, DateTimeOffset.MinValue);
    }

    /// <summary>Gives the task to an annotator; null when all its places are taken or this annotator had it already.</summary>
    public static TaskLease? Lease(AnnotationTask task, string annotator, string lease, DateTimeOffset now, TimeSpan duration)
    {
        task.Leases.RemoveAll(held => held.Until <= now);
        if (task.Status != TaskStatuses.Open
            || Free(task) <= 0
            || task.Annotations.Any(annotation => annotation.Annotator == annotator)
            || task.Leases.Any(held => held.Annotator == annotator))
            return null;
        var taken = new TaskLease(lease, annotator, now, now + duration);
        task.Leases.Add(taken);
        Settle(task, now);
        return taken;
    }

    /// <summary>Takes a person's label, or its absence for a skip. False when the lease is not this annotator's or ran out.</summary>
    public static bool Finish(AnnotationTask task, string annotator, string lease, TaskAnswer? answer, double? leadTime, DateTimeOffset now)
    {
        var held = task.Leases.FirstOrDefault(held => held.Id == lease && held.Annotator == annotator && held.Until > now);
        if (held is null)
            return false;
        task.Leases.Remove(held);
        task.Annotations.Add(new(
            task.Annotations.Count + 1,
            annotator,
            lease,
            answer is null,
            leadTime ?? Math.Round((now - held.From).TotalSeconds, 3),
            now,
            answer));
        Decide(task);
        Settle(task, now);
        return true;
    }

    /// <summary>Gives the task back unlabelled; the same annotator may get it again.</summary>
    public static bool Release(AnnotationTask task, string annotator, string lease, DateTimeOffset now)
    {
        if (task.Leases.RemoveAll(held => held.Id == lease && held.Annotator == annotator) == 0)
            return false;
        Settle(task, now);
        return true;
    }

    /// <summary>The better pair of several answers; the first of equals, so that a repeat chooses the same.</summary>
    public static TaskAnswer? BestPair(IEnumerable<TaskAnswer> answers) =>
        answers.Where(answer => answer.HasPair).OrderByDescending(answer => answer.PairScore ?? 0).FirstOrDefault();

    private static void Decide(AnnotationTask task)
    {
        var answers = task.Annotations.Where(annotation => !annotation.WasCancelled).Select(annotation => annotation.Answer!).ToList();
        if (answers.Count < task.Wanted)
            return;
        var votes = answers.CountBy(answer => answer.Topic, StringComparer.Ordinal).OrderByDescending(vote => vote.Value).ToList();
        if (votes.Count > 1 && votes[0].Value == votes[1].Value)
        {
            // A tie: one more person is asked.
            task.Wanted = answers.Count + 1;
            return;
        }

        task.Status = TaskStatuses.Resolved;
        var winning = answers.Where(answer => answer.Topic == votes[0].Key).ToList();
        task.Answer = winning.FirstOrDefault(answer => answer.HasPair) ?? winning[0];
    }

    private static int Free(AnnotationTask task) =>
        task.Wanted - task.Annotations.Count(annotation => !annotation.WasCancelled) - task.Leases.Count;

    private static void Settle(AnnotationTask task, DateTimeOffset now)
    {
        if (task.Status != TaskStatuses.Open)
        {
            task.Leases.Clear();
            task.LeasableAt = null;
            return;
        }

        task.Leases.RemoveAll(held => held.Until <= now);
        task.LeasableAt = Free(task) > 0 ? DateTimeOffset.UnixEpoch : task.Leases.Min(held => held.Until);
    }
}
