using System.Text.Json;
using Aigc.Application.Studio.Annotate;

namespace Aigc.Application.Tests.Studio;

public sealed class Labelling_by_keyboard
{
    private const string Config =
        """<View><Header value="$title"/><Text name="text" value="$text"/><Choices name="topic" toName="text" choice="single"><Choice value="files"/><Choice value="networks"/></Choices><TextArea name="instruction" toName="text"/></View>""";

    private static readonly LabelForm Form = LabelForm.Read(Config);

    [Fact]
    public void The_form_is_what_the_interface_describes()
    {
        Assert.Equal(["files", "networks"], Form.Choices);
        Assert.Equal(["instruction"], Form.Texts);
    }

    [Fact]
    public void The_surest_labeler_is_taken_over_so_that_agreeing_is_one_key()
    {
        var draft = new ChoiceDraft(Form, Task(Says("files", "Open a file.", 0.3), Says("networks", "Open a socket.", 0.9)));

        Assert.Equal(("networks", "Open a socket."), (draft.Choice, draft.Texts["instruction"]));
        Assert.Equal(LabelKey.Submit, draft.Press("Enter"));
    }

    [Fact]
    public void Every_choice_has_a_key_and_other_keys_do_nothing()
    {
        var draft = new ChoiceDraft(Form, Task(Says("networks", "Open a socket.", 0.9)));

        Assert.Equal(LabelKey.Chosen, draft.Press(LabelDraft.KeyOf(0)));
        Assert.Equal("files", draft.Choice);
        Assert.Equal(LabelKey.None, draft.Press(LabelDraft.KeyOf(2)));
        Assert.Equal(LabelKey.None, draft.Press("Shift"));
        Assert.Equal("files", draft.Choice);
        Assert.Equal(LabelKey.Skip, draft.Press("s"));
    }

    [Fact]
    public void What_is_missing_is_said_and_not_submitted()
    {
        var draft = new ChoiceDraft(Form, Task());

        Assert.Equal((LabelKey.None, "Choose a topic first."), (draft.Press("Enter"), draft.Missing));
        draft.Press("1");
        Assert.Equal((LabelKey.None, "The instruction is empty."), (draft.Press("Enter"), draft.Missing));
        draft.Texts["instruction"] = "Open a file.";
        Assert.Equal((LabelKey.Submit, null), (draft.Press("Enter"), draft.Missing));
    }

    [Fact]
    public void No_key_of_a_choice_is_a_key_of_something_else() => Assert.Empty(LabelDraft.Keys.Intersect("suz?"));

    [Theory]
    [InlineData("s", LabelKey.Skip)]
    [InlineData("u", LabelKey.Undo)]
    [InlineData("?", LabelKey.Help)]
    [InlineData("Enter", LabelKey.Submit)]
    [InlineData("F5", LabelKey.None)]
    public void Every_kind_has_the_keys_of_the_queue(string key, LabelKey does)
    {
        var spec = new SpecView("spans", ["PER"]);
        LabelDraft[] drafts =
        [
            new SpanDraft(spec, Task()), new PreferenceDraft(Task()) { Preferred = "a" }, new TextDraft(spec, Task()) { Text = "x" },
            new ChoiceDraft(Form, Task(Says("files", "Open a file.", 0.3))),
        ];

        Assert.All(drafts, draft => Assert.Equal(does, draft.Press(key)));
        Assert.All(drafts, draft => Assert.NotEmpty(draft.Help));
    }

    [Fact]
    public void Spans_are_marked_word_by_word_with_arrows_and_a_number()
    {
        var draft = Spans("Anna Smith lives in Rome.");
        draft.Press("ArrowRight", shift: true);
        Assert.Equal((0, 10), draft.Range);
        draft.Press("1");
        foreach (var _ in Enumerable.Range(0, 3))
            draft.Press("ArrowRight");
        draft.Press("2");

        Assert.Equal([new(0, 10, "PER"), new(20, 24, "LOC")], draft.Spans);
        Assert.Equal(["Anna Smith", "Rome"], draft.Spans.Select(draft.TextOf));
        Assert.Null(draft.Missing);
    }

    [Fact]
    public void A_mark_is_relabelled_replaced_removed_and_brought_back()
    {
        var draft = Spans("Anna Smith lives in Rome.");
        draft.Press("1");
        draft.Press("2");
        Assert.Equal([new(0, 4, "LOC")], draft.Spans);
        draft.Press("ArrowRight", shift: true);
        draft.Press("1");
        Assert.Equal([new(0, 10, "PER")], draft.Spans);
        draft.Press("Delete");
        Assert.Empty(draft.Spans);
        draft.Press("z");
        Assert.Equal([new(0, 10, "PER")], draft.Spans);
        draft.Press("End");
        draft.Press("Delete");
        Assert.Equal("Nothing is marked here.", draft.Fault);
    }

    [Fact]
    public void Spans_overlap_only_where_the_campaign_says_so()
    {
        var draft = new SpanDraft(new("spans", ["PER", "LOC"], SpansOverlap: true), Text("Rome Fiumicino"));
        draft.Press("1");
        draft.Press("ArrowRight", shift: true);
        draft.Press("2");
        Assert.Equal(2, draft.Spans.Count);
    }

    [Fact]
    public void The_cursor_stays_in_the_text_and_no_character_is_cut()
    {
        var draft = Spans("e\u0301 \U0001F600!");
        draft.Press("ArrowLeft");
        Assert.Equal(0, draft.Cursor);
        Assert.Equal([(0, 2), (3, 5), (5, 6)], draft.Tokens);
        foreach (var _ in Enumerable.Range(0, 9))
            draft.Press("ArrowRight");
        Assert.Equal(2, draft.Cursor);

        var empty = Spans("   ");
        Assert.All(new[] { "ArrowLeft", "ArrowRight", "Home", "End", "Delete", "1" }, key => empty.Press(key));
        Assert.Empty(empty.Spans);
    }

    [Fact]
    public void The_pre_labels_of_every_kind_are_there_to_be_accepted()
    {
        var span = new SpanDraft(new("spans", ["PER"]), Text("Anna sings.", Result("spans", new { start = 0, end = 4, text = "Anna", labels = new[] { "PER" } })));
        var pair = new PreferenceDraft(Text("Why?", Result("preferred", new { selected = "right" })));
        var text = new TextDraft(new("text"), Text("Why?", Result("answer", new { text = new[] { "Because." } })));

        Assert.Equal([new(0, 4, "PER")], span.Spans);
        Assert.Equal(("b", "Because."), (pair.Preferred, text.Text));
        Assert.All(new LabelDraft[] { span, pair, text }, draft => Assert.Equal(LabelKey.Submit, draft.Press("Enter")));
        Assert.False(text.WantsText);
        Assert.True(new TextDraft(new("text"), Text("Why?")).WantsText);
    }

    [Theory]
    [InlineData("1", "a")]
    [InlineData("2", "b")]
    [InlineData("0", "tie")]
    [InlineData("3", null)]
    public void A_preference_is_one_key(string key, string? preferred)
    {
        var draft = new PreferenceDraft(Text("Why?"));
        draft.Press(key);
        Assert.Equal(preferred, draft.Preferred);
        Assert.Equal(preferred is null, draft.Missing is not null);
    }

    [Fact]
    public void A_text_that_is_too_long_is_not_submitted()
    {
        var draft = new TextDraft(new("text", MaxLength: 3), Text("Why?")) { Text = "four" };
        Assert.Equal((LabelKey.None, "The answer is longer than 3 characters."), (draft.Press("Enter"), draft.Missing));
    }

    [Fact]
    public void A_campaign_is_written_down_as_lines()
    {
        var draft = new CampaignDraft { Name = "n", Kind = "spans", Labels = " PER, LOC ,", Documents = "Anna sings.\n\n{\"text\":\"Bob\"}\n" };
        Assert.Null(draft.Missing);
        var order = JsonSerializer.SerializeToElement(draft.Order());
        Assert.Equal(["PER", "LOC"], order.GetProperty("annotation").GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.Equal(["Anna sings.", "Bob"], order.GetProperty("documents").EnumerateArray().Select(document => document.GetProperty("text").GetString()));
        draft.Documents = "{\"text\":";
        Assert.Equal("documents[0]", Assert.Throws<ServiceDefaults.ProblemException>(draft.Order).Problem.Param);
    }

    private static SpanDraft Spans(string text) => new(new("spans", ["PER", "LOC"]), Text(text));

    private static TaskBody Text(string text, params JsonElement[] results) => new(new TaskText(text, ""), [.. results.Select(result => new PredictionView(result, 1))], []);

    private static JsonElement Result(string name, object value) => JsonSerializer.SerializeToElement(new[] { new { from_name = name, value } });

    private static TaskBody Task(params PredictionView[] predictions) => new(new TaskText("Text.", "Title"), [.. predictions], []);

    private static PredictionView Says(string topic, string instruction, double score) => new(
        JsonSerializer.SerializeToElement(new object[]
        {
            new { from_name = "topic", value = new { choices = new[] { topic } } },
            new { from_name = "instruction", value = new { text = new[] { instruction } } },
        }),
        score);
}
