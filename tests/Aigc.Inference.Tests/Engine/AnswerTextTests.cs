using System.Text;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

public sealed class AnswerTextTests
{
    [Fact]
    public void Pieces_make_up_the_text_whatever_the_bytes_are_cut_like()
    {
        const string text = "日本語 🙂 naïve — done 👩‍👩‍👧";
        var answer = new AnswerText(new([]));
        var pieces = new StringBuilder();
        foreach (var single in Encoding.UTF8.GetBytes(text))
        {
            answer.Append([single]);
            var piece = answer.TakeNew();
            Assert.DoesNotContain('\uFFFD', piece);
            Assert.True(piece.Length == 0 || !char.IsHighSurrogate(piece[^1]));
            pieces.Append(piece);
        }
        answer.Finish();
        Assert.Equal(text, pieces.Append(answer.TakeNew()).ToString());
        Assert.Equal(text, answer.Whole);
    }

    [Theory]
    [InlineData("one STOP two", "one ")]
    [InlineData("STOP", "")]
    [InlineData("a\n\nb", "a")]
    [InlineData("no end", "no end")]
    [InlineData("almost STO", "almost STO")]
    [InlineData("SSTOP", "S")]
    [InlineData("first \n\n then STOP", "first ")]
    public void The_text_ends_before_the_first_stop_text_and_no_part_of_it_is_ever_shown(string produced, string expected)
    {
        var answer = new AnswerText(new(["STOP", "\n\n"]));
        var shown = new StringBuilder();
        foreach (var character in produced)
        {
            var stopped = answer.Append(Encoding.UTF8.GetBytes([character]));
            shown.Append(answer.TakeNew());
            Assert.StartsWith(shown.ToString(), expected, StringComparison.Ordinal);
            if (stopped)
                break;
        }
        answer.Finish();
        Assert.Equal(expected, shown.Append(answer.TakeNew()).ToString());
        Assert.Equal(expected, answer.Whole);
    }

    [Theory]
    [InlineData(1, "Hello world", " Hello", " world")]
    [InlineData(1, " Hello", "  Hello")]
    [InlineData(1, " Hello", " ", " Hello")]
    [InlineData(1, "Hello x", "Hello", " x")]
    [InlineData(1, "", " ")]
    [InlineData(2, "Hello", " ", " ", "Hello")]
    [InlineData(0, " Hello", " Hello")]
    public void The_space_that_a_vocabulary_writes_first_is_left_out(int spaces, string expected, params string[] tokens)
    {
        var answer = new AnswerText(new([]), spaces);
        var shown = new StringBuilder();
        foreach (var token in tokens)
        {
            answer.Append(Encoding.UTF8.GetBytes(token));
            shown.Append(answer.TakeNew());
        }
        answer.Finish();
        Assert.Equal(expected, shown.Append(answer.TakeNew()).ToString());
        Assert.Equal(expected, answer.Whole);
    }

    [Fact]
    public void A_stop_text_inside_one_token_is_found()
    {
        var answer = new AnswerText(new(["END"]));
        Assert.True(answer.Append("so it ENDs here"u8));
        answer.Append("more"u8);
        answer.Finish();
        Assert.Equal("so it ", answer.Whole);
    }

    [Fact]
    public void An_answer_cut_inside_a_character_ends_with_the_replacement_character()
    {
        var answer = new AnswerText(new([]));
        answer.Append(Encoding.UTF8.GetBytes("a🙂").AsSpan(0, 3));
        Assert.Equal("a", answer.TakeNew());
        answer.Finish();
        Assert.Equal("a\uFFFD", answer.Whole);
    }

    [Fact]
    public void Empty_stop_texts_stop_nothing()
    {
        var answer = new AnswerText(new(["", "x"]));
        Assert.False(answer.Append("abc"u8));
        Assert.Equal("abc", answer.TakeNew());
    }

    [Fact]
    public void Long_answers_grow()
    {
        var answer = new AnswerText(new(["never"]));
        for (var i = 0; i < 10_000; i++)
            answer.Append("word "u8);
        answer.Finish();
        Assert.Equal(50_000, answer.Whole.Length);
    }
}
