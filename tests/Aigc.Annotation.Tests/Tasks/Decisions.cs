using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;

namespace Aigc.Annotation.Tests.Tasks;

public sealed class Decisions
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Labelers_that_agree_decide_and_the_better_pair_is_taken()
    {
        var task = Task_("a", "a");
        TaskRules.Open(task, 2);
        Assert.Equal(TaskStatuses.Agreed, task.Status);
        Assert.Equal("response of 1", task.Answer!.Response);
        Assert.Null(task.LeasableAt);
    }

    [Fact]
    public void Labelers_that_disagree_leave_one_place_for_a_person()
    {
        var task = Task_("a", "b");
        TaskRules.Open(task, 2);
        Assert.Equal((TaskStatuses.Open, 1), (task.Status, task.Wanted));
    }

    [Fact]
    public void Fewer_labelers_than_the_overlap_leave_the_rest_to_people()
    {
        var task = Task_("a");
        TaskRules.Open(task, 3);
        Assert.Equal((TaskStatuses.Open, 2), (task.Status, task.Wanted));
    }

    [Fact]
    public void Labelers_without_a_pair_leave_the_task_to_a_person()
    {
        var task = Task_("a", "a");
        task.Predictions = [.. task.Predictions.Select(prediction => prediction with { Answer = new("a", null, null) })];
        TaskRules.Open(task, 2);
        Assert.Equal(TaskStatuses.Open, task.Status);
    }

    [Fact]
    public void A_tie_of_people_asks_one_more()
    {
        var task = Task_(TaskKinds.Topic, []);
        TaskRules.Open(task, 2);
        Submit(task, "ann", "a");
        Submit(task, "bob", "b");
        Assert.Equal((TaskStatuses.Open, 3), (task.Status, task.Wanted));
        Submit(task, "cid", "b");
        Assert.Equal((TaskStatuses.Resolved, "b"), (task.Status, task.Answer!.Topic));
    }

    private static void Submit(AnnotationTask task, string annotator, string topic)
    {
        var lease = TaskRules.Lease(task, annotator, annotator, Now, TimeSpan.FromMinutes(1));
        Assert.NotNull(lease);
        Assert.True(TaskRules.Finish(task, annotator, lease.Id, new(topic, null, null), 1, Now));
    }

    private static AnnotationTask Task_(params string[] topics) => Task_(TaskKinds.Instruction, topics);

    private static AnnotationTask Task_(string kind, string[] topics) => new()
    {
        Id = "c-0",
        Campaign = "c",
        Number = 0,
        Kind = kind,
        Data = new("d", "", "text"),
        Predictions = [.. topics.Select((topic, i) => new TaskPrediction($"l{i}", "1", 0.5, new(topic, "instruction", $"response of {i}", 0.1 * (i + 1))))],
    };
}
