namespace Aigc.Models.Text.Tokenizers;

/// <summary>What a <c>post_processor</c> puts around a single text: for many models a first token, for encoders a last one too.</summary>
internal sealed record Surroundings(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    const int Most = 64;

    public static Surroundings Read(TokenizerPart part, int depth = 0)
    {
        if (part.IsNothing)
            return new([], []);
        switch (part.Type)
        {
            case "ByteLevel":
                return new([], []);
            case "BertProcessing" or "RobertaProcessing":
                return new([Id(part["cls"])], [Id(part["sep"])]);
            case "TemplateProcessing":
                return Template(part);
            case "Sequence" when depth < 8:
                var all = part["processors"].Items().Select(step => Read(step, depth + 1)).ToList();
                // A later processor wraps what an earlier one made.
                return new([.. all.AsEnumerable().Reverse().SelectMany(s => s.Before)], [.. all.SelectMany(s => s.After)]);
            default:
                throw part.Unsupported();
        }
    }

    static Surroundings Template(TokenizerPart part)
    {
        var (before, after) = (new List<int>(), new List<int>());
        var current = before;
        foreach (var item in part["single"].Items())
        {
            if (item["Sequence"] is { IsNothing: false })
            {
                current = after;
                continue;
            }

            var name = item["SpecialToken"]["id"].Text();
            current.AddRange(part["special_tokens"][name]["ids"].Items().Select(id => id.Number()));
            if (before.Count + after.Count > Most)
                throw new FormatException($"{part.Path}.single has more than {Most} tokens");
        }

        return ReferenceEquals(current, after) ? new(before, after) : throw new FormatException($"{part.Path}.single has no place for the text");
    }

    static int Id(TokenizerPart pair) => pair.Items().Select((item, i) => i == 1 ? item.Number() : -1).ElementAtOrDefault(1) is >= 0 and var id && pair.Items().Count() == 2
        ? id
        : throw pair.Wrong("a token and its id");
}
