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
        var draft = new LabelDraft(Form, Task(Says("files", "Open a file.", 0.3), Says("networks", "Open a socket.", 0.9)));

        Assert.Equal(("networks", "Open a socket."), (draft.Choice, draft.Texts["instruction"]));
        Assert.Equal(LabelKey.Submit, draft.Press("Enter"));
    }

    [Fact]
    public void Every_choice_has_a_key_and_other_keys_do_nothing()
    {
        var draft = new LabelDraft(Form, Task(Says("networks", "Open a socket.", 0.9)));

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
        var draft = new LabelDraft(Form, Task());

        Assert.Equal((LabelKey.None, "Choose a topic first."), (draft.Press("Enter"), draft.Missing));
        draft.Press("1");
        Assert.Equal((LabelKey.None, "The instruction is empty."), (draft.Press("Enter"), draft.Missing));
        draft.Texts["instruction"] = "Open a file.";
        Assert.Equal((LabelKey.Submit, null), (draft.Press("Enter"), draft.Missing));
    }

    [Fact]
    public void No_key_of_a_choice_is_the_key_that_skips() => Assert.DoesNotContain('s', LabelDraft.Keys);

    private static TaskBody Task(params PredictionView[] predictions) => new(new TaskText("Text.", "Title"), [.. predictions], []);

    private static PredictionView Says(string topic, string instruction, double score) => new(
        JsonSerializer.SerializeToElement(new object[]
        {
            new { from_name = "topic", value = new { choices = new[] { topic } } },
            new { from_name = "instruction", value = new { text = new[] { instruction } } },
        }),
        score);
}
