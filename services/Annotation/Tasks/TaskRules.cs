using Aigc.Annotation.Kinds;

namespace Aigc.Annotation.Tasks;

/// <summary>What may happen to a task. Pure changes of one document; whoever calls writes it with compare-and-swap.</summary>
internal static class TaskRules
{
    /// <summary>Decides by the automatic labels alone, or opens the task for people.</summary>
    /// <param name="task">The task with its predictions.</param>
    /// <param name="overlap">Labels wanted in all.</param>
    public static void Open(AnnotationTask task, int overlap)
    {
        var kind = TaskKinds.Of(task.Kind);
        var answers = task.Predictions.Select(prediction => prediction.Answer).ToList();
        var votes = answers.Select(kind.VoteOf).Distinct(StringComparer.Ordinal).Count();
        if (kind.HasLabelers && votes == 1 && answers.Count >= overlap && kind.Whole(answers) is { } whole)
        {
            task.Status = TaskStatuses.Agreed;
            task.Answer = whole;
        }
        else
        {
            // Labelers that disagree: one person decides. Too few of them: people fill up the overlap. What was brought along is a proposal and no vote.
            task.Wanted = Math.Max(1, overlap - (kind.HasLabelers ? answers.Count : 0));
            task.Dispute = votes > 1 ? TaskDisputes.Undecided : null;
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
        return Take(task, annotator, lease, now, duration);
    }

    /// <summary>Takes a person's label, or its absence for a skip. False when the lease is not this annotator's or ran out.</summary>
    public static bool Finish(AnnotationTask task, string annotator, string lease, TaskAnswer? answer, double? leadTime, DateTimeOffset now)
    {
        var held = task.Leases.FirstOrDefault(held => held.Id == lease && held.Annotator == annotator && held.Until > now);
        if (held is null)
            return false;
        task.Leases.Remove(held);
        task.Annotations.Add(new(
            task.Annotations.Count == 0 ? 1 : task.Annotations[^1].Number + 1,
            annotator,
            lease,
            answer is null,
            leadTime ?? Math.Round((now - held.From).TotalSeconds, 3),
            now,
            answer,
            UseOf(task.Predictions, answer)));
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

    /// <summary>
    /// Takes a person's own label or skip back and gives the person the task again. Null when there is none under this lease, when it has been adjudicated, or when
    /// others have it decided since: their decision stands.
    /// </summary>
    public static TaskLease? Undo(AnnotationTask task, string annotator, string done, string lease, DateTimeOffset now, TimeSpan duration)
    {
        var own = task.Annotations.FirstOrDefault(annotation => annotation.Lease == done && annotation.Annotator == annotator);
        if (own is null || task.Decision is not null || (task.Status == TaskStatuses.Resolved && task.Annotations[^1] != own))
            return null;
        task.Annotations.Remove(own);
        if (task.Status == TaskStatuses.Resolved)
        {
            task.Status = TaskStatuses.Open;
            task.Answer = null;
        }

        Dispute(task);
        return Take(task, annotator, lease, now, duration);
    }

    /// <summary>Settles a disagreement, whatever was decided before. The same decision again by the same person changes nothing: false.</summary>
    public static bool Adjudicate(AnnotationTask task, Guid act, string by, TaskAnswer answer, string? note, DateTimeOffset now)
    {
        if (task.Decision is { } before && before.By == by && before.Note == note && before.Answer.Says(answer))
            return false;
        task.Decision = new(act, by, now, answer, note);
        task.Status = TaskStatuses.Resolved;
        task.Answer = answer;
        task.Dispute = TaskDisputes.Adjudicated;
        Settle(task, now);
        return true;
    }

    /// <summary>The better pair of several answers; the first of equals, so that a repeat chooses the same.</summary>
    public static TaskAnswer? BestPair(IEnumerable<TaskAnswer> answers) =>
        answers.Where(answer => answer.HasPair).OrderByDescending(answer => answer.PairScore ?? 0).FirstOrDefault();

    /// <summary>What people said, without those who passed.</summary>
    public static List<TaskAnswer> People(AnnotationTask task) => [.. task.Annotations.Where(annotation => !annotation.WasCancelled).Select(annotation => annotation.Answer!)];

    private static void Decide(AnnotationTask task)
    {
        var kind = TaskKinds.Of(task.Kind);
        var answers = People(task);
        if (answers.Count >= task.Wanted)
        {
            var votes = answers.CountBy(kind.VoteOf, StringComparer.Ordinal).OrderByDescending(vote => vote.Value).ToList();
            if (votes.Count == 1 || votes[0].Value > votes[1].Value)
            {
                task.Status = TaskStatuses.Resolved;
                var winning = answers.Where(answer => kind.VoteOf(answer) == votes[0].Key).ToList();
                task.Answer = winning.FirstOrDefault(answer => answer.HasPair) ?? winning[0];
            }
            else if (kind.AsksOneMore)
            {
                task.Wanted = answers.Count + 1;
            }
        }

        Dispute(task);
    }

    // One person who decides where labelers disagree has outvoted nobody.
    private static void Dispute(AnnotationTask task)
    {
        var kind = TaskKinds.Of(task.Kind);
        var people = People(task).Select(kind.VoteOf).Distinct(StringComparer.Ordinal).Count();
        var programs = task.Predictions.Select(prediction => kind.VoteOf(prediction.Answer)).Distinct(StringComparer.Ordinal).Count();
        task.Dispute = task.Status == TaskStatuses.Resolved
            ? people > 1 ? TaskDisputes.Outvoted : null
            : people > 1 || (people == 0 && programs > 1) ? TaskDisputes.Undecided : null;
    }

    private static PreLabelUse? UseOf(List<TaskPrediction> predictions, TaskAnswer? answer)
    {
        if (answer is null || predictions.Count == 0)
            return null;
        return predictions.FirstOrDefault(prediction => prediction.Answer.Says(answer)) is { } taken
            ? new(taken.Labeler, Accepted: true)
            : new(predictions.MaxBy(prediction => prediction.Score)!.Labeler, Accepted: false);
    }

    private static TaskLease Take(AnnotationTask task, string annotator, string lease, DateTimeOffset now, TimeSpan duration)
    {
        var taken = new TaskLease(lease, annotator, now, now + duration);
        task.Leases.Add(taken);
        Settle(task, now);
        return taken;
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
        // Nobody has it and no place is free: it waits for whoever adjudicates.
        task.LeasableAt = Free(task) > 0 ? DateTimeOffset.UnixEpoch : task.Leases.Count > 0 ? task.Leases.Min(held => held.Until) : null;
    }
}
