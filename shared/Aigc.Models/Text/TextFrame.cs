using System.Text.Json;

namespace Aigc.Models.Text;

/// <summary>
/// The tokens a model was trained to find around every text, such as <c>[CLS] … [SEP]</c>: what <c>post_processor</c> of a <c>tokenizer.json</c> does to a single text.
/// </summary>
/// <param name="Before">Ids in front.</param>
/// <param name="After">Ids behind.</param>
public sealed record TextFrame(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    /// <summary>Nothing.</summary>
    public static TextFrame None { get; } = new([], []);

    /// <summary>How many tokens it is.</summary>
    public int Count => Before.Count + After.Count;

    /// <summary>Reads a folder's <c>tokenizer.json</c>.</summary>
    /// <exception cref="FormatException">The post-processor is not understood.</exception>
    public static TextFrame Load(string directory)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer.json")));
        try
        {
            return document.RootElement.TryGetProperty("post_processor", out var processor) ? Read(processor) : None;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new FormatException("post_processor is broken: " + e.Message, e);
        }
    }

    static TextFrame Read(JsonElement processor)
    {
        if (processor.ValueKind == JsonValueKind.Null)
            return None;
        switch (processor.GetProperty("type").GetString())
        {
            case "ByteLevel":
                return None;
            case "BertProcessing" or "RobertaProcessing":
                return new([processor.GetProperty("cls")[1].GetInt32()], [processor.GetProperty("sep")[1].GetInt32()]);
            case "TemplateProcessing":
                return Template(processor);
            case "Sequence":
                return processor.GetProperty("processors").EnumerateArray().Select(Read).FirstOrDefault(frame => frame.Count > 0) ?? None;
            case var other:
                throw new FormatException($"the post_processor {other} is not supported");
        }
    }

    static TextFrame Template(JsonElement processor)
    {
        var (before, after, passed) = (new List<int>(), new List<int>(), false);
        foreach (var piece in processor.GetProperty("single").EnumerateArray())
        {
            if (!piece.TryGetProperty("SpecialToken", out var special))
            {
                passed = true;
                continue;
            }

            var token = processor.GetProperty("special_tokens").GetProperty(special.GetProperty("id").GetString()!);
            (passed ? after : before).AddRange(token.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        }

        return new(before, after);
    }
}
