using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>A stretch of text that is encoded on its own.</summary>
/// <param name="Text">The text it is in.</param>
/// <param name="First">True when the text that was to be encoded begins here.</param>
internal readonly record struct Piece(string Text, int Start, int Length, bool First)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    public Piece Slice(int start, int length) => new(Text, Start + start, length, First && start == 0);
}

/// <summary>Cuts a piece into pieces.</summary>
internal delegate void PreTokenizer(Piece piece, List<Piece> pieces);

/// <summary>Reads a <c>pre_tokenizer</c>: where text is cut before the vocabulary is asked.</summary>
internal static class PreTokenizers
{
    const int DeepestSequence = 8;

    /// <summary>The steps in their order. A byte level is the last step if there is one; the vocabulary then is asked in bytes.</summary>
    public static (IReadOnlyList<PreTokenizer> Steps, bool ByteLevel) Read(TokenizerPart part)
    {
        var steps = new List<PreTokenizer>();
        var byteLevel = false;
        if (!part.IsNothing)
            Add(part, steps, ref byteLevel, 0);
        return (steps, byteLevel);
    }

    static void Add(TokenizerPart part, List<PreTokenizer> steps, ref bool byteLevel, int depth)
    {
        if (byteLevel)
            throw new FormatException($"{part.Path} has a step after ByteLevel, which is not supported");
        if (part.Type == "Sequence")
        {
            if (depth == DeepestSequence)
                throw new FormatException($"{part.Path} is nested too deeply");
            foreach (var step in part["pretokenizers"].Items())
                Add(step, steps, ref byteLevel, depth + 1);
            return;
        }

        if (part.Type == "ByteLevel")
        {
            byteLevel = true;
            if (part.Flag("add_prefix_space", true))
                steps.Add(AddSpace);
            if (part.Flag("use_regex", true))
                steps.Add(new Splitter(SplitPattern.Of(BpeTrainer.Words()).Find, SplitBehavior.Isolated).Split);
            return;
        }

        steps.Add(Step(part));
    }

    static PreTokenizer Step(TokenizerPart part)
    {
        switch (part.Type)
        {
            case "Split":
                return new Splitter(SplitPattern.Read(part["pattern"]).Find, Behavior(part["behavior"]), part.Flag("invert")).Split;
            case "Digits":
                return By(Rune.IsNumber, part.Flag("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous);
            case "Punctuation":
                return By(CharacterKinds.IsPunctuation, part["behavior"].IsNothing ? SplitBehavior.Isolated : Behavior(part["behavior"]));
            case "WhitespaceSplit":
                return By(Rune.IsWhiteSpace, SplitBehavior.Removed);
            case "Whitespace":
                var spaces = By(Rune.IsWhiteSpace, SplitBehavior.Removed);
                var words = By(CharacterKinds.IsWord, SplitBehavior.Contiguous);
                return (piece, pieces) => Both(spaces, words, piece, pieces);
            case "BertPreTokenizer":
                var gaps = By(Rune.IsWhiteSpace, SplitBehavior.Removed);
                var marks = By(CharacterKinds.IsPunctuation, SplitBehavior.Isolated);
                return (piece, pieces) => Both(gaps, marks, piece, pieces);
            case "CharDelimiterSplit":
                var delimiter = part["delimiter"].Text();
                return By(rune => rune.ToString() == delimiter, SplitBehavior.Removed);
            case "Metaspace":
                return new Metaspace(part).Split;
            default:
                throw part.Unsupported();
        }
    }

    static SplitBehavior Behavior(TokenizerPart part) => Enum.TryParse<SplitBehavior>(part.Text(), out var behavior) && Enum.IsDefined(behavior)
        ? behavior
        : throw new FormatException($"{part.Path} \"{part.Text()}\" is not supported");

    static PreTokenizer By(Func<Rune, bool> kind, SplitBehavior behavior) => new Splitter((text, matches) =>
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (kind(rune))
                matches.Add((at, at + rune.Utf16SequenceLength));
            at += rune.Utf16SequenceLength;
        }
    }, behavior).Split;

    static void Both(PreTokenizer first, PreTokenizer second, Piece piece, List<Piece> pieces)
    {
        var between = new List<Piece>();
        first(piece, between);
        foreach (var one in between)
            second(one, pieces);
    }

    static void AddSpace(Piece piece, List<Piece> pieces)
    {
        if (piece.Length == 0 || piece.Span[0] == ' ')
        {
            pieces.Add(piece);
            return;
        }

        var text = string.Concat(" ", piece.Span);
        pieces.Add(new(text, 0, text.Length, piece.First));
    }
}
