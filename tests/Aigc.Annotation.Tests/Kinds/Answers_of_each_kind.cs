using System.Text.Json;
using Aigc.Annotation.Export;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;

namespace Aigc.Annotation.Tests.Kinds;

public sealed class Answers_of_each_kind
{
    private static readonly TaskData Data = new("d", "", "Anna met \U0001F600 Bob in Rome.", "An answer.", "Another.");
    private static readonly AnnotationSpec Spans = new() { Task = "spans", Labels = ["PER", "LOC"], OnDisagreement = "wait" };

    [Theory]
    [InlineData(0, 4, "PER", null)]
    [InlineData(0, 4, "DOG", "label_unknown")]
    [InlineData(-1, 4, "PER", "spans_invalid")]
    [InlineData(4, 4, "PER", "spans_invalid")]
    [InlineData(5, 4, "PER", "spans_invalid")]
    [InlineData(20, 28, "LOC", "spans_invalid")]
    [InlineData(10, 15, "PER", "spans_invalid")]
    public void Spans_lie_within_the_text_and_cut_no_character(int start, int end, string label, string? code) =>
        Assert.Equal(code, Fault(Spans, new() { Spans = [new(start, end, label)] }));

    [Fact]
    public void Spans_overlap_where_the_campaign_allows_it_and_never_under_one_label()
    {
        GivenAnswer nested = new() { Spans = [new(0, 8, "PER"), new(5, 8, "LOC")] };
        var allowed = Spans with { SpansOverlap = true };

        Assert.Equal("spans_overlap", Fault(Spans, nested));
        Assert.Null(Fault(allowed, nested));
        Assert.Equal("spans_overlap", Fault(allowed, new() { Spans = [new(0, 8, "PER"), new(0, 3, "LOC"), new(5, 8, "PER")] }));
        Assert.Null(Fault(Spans, new() { Spans = [new(5, 8, "LOC"), new(0, 4, "PER")] }));
    }

    [Fact]
    public void Spans_in_another_order_are_the_same_vote_and_none_is_an_answer()
    {
        var kind = TaskKinds.Of("spans");
        var one = kind.Read(new() { Spans = [new(12, 15, "PER"), new(0, 4, "PER")] }, Data, Spans);
        var other = kind.Read(new() { Spans = [new(0, 4, "PER"), new(12, 15, "PER")] }, Data, Spans);

        Assert.Equal(kind.VoteOf(one), kind.VoteOf(other));
        Assert.True(one.Says(other));
        Assert.Equal("", kind.VoteOf(kind.Read(new() { Spans = [] }, Data, Spans)));
    }

    [Theory]
    [InlineData("a", null)]
    [InlineData("tie", null)]
    [InlineData("both", "preferred_invalid")]
    [InlineData(null, "preferred_invalid")]
    public void A_preference_is_one_of_three(string? preferred, string? code) =>
        Assert.Equal(code, Fault(new() { Task = "preference", OnDisagreement = "wait" }, new() { Preferred = preferred }));

    [Fact]
    public void A_preference_needs_two_answers_to_choose_between() =>
        Assert.Equal("answers_missing", Assert.Throws<ProblemException>(() => TaskKinds.Of("preference").Check(new TaskData("d", "", "Q", "A"))).Problem.Code);

    [Theory]
    [InlineData("  2026 ", null)]
    [InlineData("about 2026", "text_invalid")]
    [InlineData("20266", "text_invalid")]
    [InlineData("   ", "text_invalid")]
    [InlineData(null, "text_invalid")]
    public void A_text_has_a_length_and_a_form(string? text, string? code) =>
        Assert.Equal(code, Fault(new() { Task = "text", OnDisagreement = "wait", MaxLength = 4, Pattern = @"\d+" }, new() { Text = text }));

    [Theory]
    [InlineData("(")]
    [InlineData("(a)\\1")]
    [InlineData("(?=a)")]
    public void A_pattern_that_could_take_for_ever_is_refused(string pattern)
    {
        var refused = Assert.Throws<ProblemException>(() => TaskKinds.Of("text").Check(new AnnotationSpec { Task = "text", Pattern = pattern }));
        Assert.Equal(("annotation_invalid", "annotation.pattern"), (refused.Problem.Code, refused.Problem.Param));
    }

    [Fact]
    public void Texts_that_differ_in_case_and_space_are_one_vote()
    {
        var kind = TaskKinds.Of("text");
        Assert.Equal(kind.VoteOf(new() { Text = "The  CAFÉ\n" }), kind.VoteOf(new() { Text = "the Café" }));
        Assert.NotEqual(kind.VoteOf(new() { Text = "the Café" }), kind.VoteOf(new() { Text = "the cafés" }));
    }

    [Theory]
    [InlineData("classification")]
    [InlineData("spans")]
    [InlineData("preference")]
    [InlineData("text")]
    [InlineData("topic")]
    [InlineData("instruction")]
    public void Come_back_from_label_studios_form_as_they_went(string name)
    {
        var kind = TaskKinds.Of(name);
        var answer = kind.Read(
            new() { Topic = "general", Label = "PER", Instruction = "What?", Response = "That.", Spans = [new(0, 4, "PER"), new(12, 15, "PER")], Preferred = "b", Text = "Words." },
            Data,
            Spans);
        var task = new AnnotationTask { Id = "c-0", Campaign = "c", Number = 0, Kind = name, Data = Data, Predictions = [new("m", "m", 1, answer)] };

        var result = JsonSerializer.SerializeToElement(LabelStudio.Task(task)["predictions"]![0]!["result"]);

        Assert.True(kind.Read(LabelStudio.Read(result), Data, Spans).Says(answer));
        Assert.All(result.EnumerateArray(), item => Assert.Contains($"name=\"{item.GetProperty("from_name").GetString()}\"", kind.Config(Spans), StringComparison.Ordinal));
    }

    private static string? Fault(AnnotationSpec spec, GivenAnswer given)
    {
        try
        {
            TaskKinds.Of(spec.Task).Read(given, Data, spec);
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Problem.Code;
        }
    }
}
