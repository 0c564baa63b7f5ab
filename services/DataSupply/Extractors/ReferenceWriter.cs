using System.Xml.Linq;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// Writes one type as a reference article: what it is, its remarks, then a paragraph a member. What the article has said
/// already (overloads repeat each other) is not said again.
/// </summary>
internal sealed class ReferenceWriter(TypeReference type)
{
    private readonly Novelty _said = new();

    public string Write()
    {
        var paragraphs = new List<string>();
        WriteType(paragraphs);
        foreach (var member in type.Members)
        {
            if (Member(member) is { Length: > 0 } paragraph)
            {
                paragraphs.Add(paragraph);
            }
        }

        return string.Join("\n\n", paragraphs);
    }

    private void WriteType(List<string> paragraphs)
    {
        var name = Cref.Generic(Cref.LastPart(type.Id));
        var point = type.Id.LastIndexOf('.');
        var summary = ReferenceProse.Line(type.Own?.Element("summary"));
        if (type.Own is null || summary.Length == 0)
        {
            return;
        }

        var place = point > 0 ? $"{name} ({type.Id[..point]}): " : name + ": ";
        _said.Add(summary);
        paragraphs.Add(place + summary);
        foreach (var parameter in type.Own.Elements("typeparam"))
        {
            if (ReferenceProse.Line(parameter) is { Length: > 0 } text && _said.Add(text))
            {
                paragraphs[0] += $" The type parameter {(string?)parameter.Attribute("name")} {Says(text)}";
            }
        }

        paragraphs.AddRange(ReferenceProse.Paragraphs(type.Own.Element("remarks")).Where(_said.Add));
        paragraphs.AddRange(type.Own.Elements("example").SelectMany(ReferenceProse.Paragraphs).Where(_said.Add));
    }

    private string Member(XElement member)
    {
        var id = (string)member.Attribute("name")!;
        var summary = ReferenceProse.Line(member.Element("summary"));
        var sentences = new List<string>();
        var named = summary.Length > 0 && _said.Add(summary);
        if (named)
        {
            sentences.Add($"The {Title(id)} {Says(summary)}");
        }

        sentences.AddRange(ReferenceProse.Paragraphs(member.Element("remarks")).Where(_said.Add));
        foreach (var parameter in member.Elements("typeparam").Concat(member.Elements("param")))
        {
            if (ReferenceProse.Line(parameter) is { Length: > 0 } text && _said.Add(text))
            {
                var kind = parameter.Name.LocalName == "param" ? "parameter" : "type parameter";
                sentences.Add($"The {kind} {(string?)parameter.Attribute("name")} {Says(text)}");
            }
        }

        AddOnce(sentences, id[0] == 'P' ? "Its value" : "It returns", id[0] == 'P' ? "is" : "", member.Element("returns") ?? member.Element("value"));
        foreach (var exception in member.Elements("exception"))
        {
            AddException(sentences, exception);
        }

        sentences.AddRange(member.Elements("example").SelectMany(ReferenceProse.Paragraphs).Where(_said.Add));
        // What is new about an overload still needs its name.
        return named || sentences.Count == 0 ? string.Join(' ', sentences) : $"In the {Title(id)}: {string.Join(' ', sentences)}";
    }

    private void AddOnce(List<string> sentences, string subject, string verb, XElement? element)
    {
        if (ReferenceProse.Line(element) is not { Length: > 0 } text || !_said.Add(text))
        {
            return;
        }

        // "It returns true if …", but "It returns: Gets …" where the author wrote a sentence of his own.
        sentences.Add(StartsLikeNoun(text) ? $"{subject} {(verb.Length > 0 ? verb + " " : "")}{LowerFirst(text)}" : $"{subject}: {text}");
    }

    private void AddException(List<string> sentences, XElement exception)
    {
        var name = Cref.Name((string?)exception.Attribute("cref") ?? "T:Exception");
        var text = ReferenceProse.Line(exception).Replace(" -or-. ", " ", StringComparison.Ordinal).Replace(" -or- ", " or ", StringComparison.Ordinal);
        if (text.Length > 0 && _said.Add(text))
        {
            sentences.Add($"It throws {name} when {LowerFirst(text)}");
        }
    }

    private static string Title(string id) => id[0] switch
    {
        'M' when id.Contains("#ctor", StringComparison.Ordinal) => Cref.Method(id[2..]) + " constructor",
        'M' when id.Contains(".op_", StringComparison.Ordinal) => Cref.Method(id[2..]) + " operator",
        'M' => Cref.Method(id[2..]) + " method",
        'P' => (id.Contains('(', StringComparison.Ordinal) ? Cref.Method(id[2..]) : Cref.Member(id[2..])) + " property",
        'E' => Cref.Member(id[2..]) + " event",
        _ => Cref.Member(id[2..]) + " field",
    };

    /// <summary>Joins a subject and what the documentation says of it: "gets the length" goes on the sentence, a noun takes the verb.</summary>
    private static string Says(string text)
    {
        if (StartsLikeVerb(text))
        {
            return LowerFirst(text);
        }

        return StartsLikeNoun(text) ? "is " + LowerFirst(text) : "stands for the following: " + text;
    }

    /// <summary>Third person, as documentation is written: Gets, Returns, Initializes.</summary>
    private static bool StartsLikeVerb(string text)
    {
        var word = FirstWord(text);
        return word.Length > 3 && char.IsUpper(word[0]) && word[^1] == 's' && word[^2] != 's' && char.IsLower(word[1]) && word is not ("This" or "Always" or "Contains:");
    }

    private static bool StartsLikeNoun(string text) =>
        FirstWord(text) is "A" or "An" or "The" or "One" or "True" or "False" or "true" or "false" or "null" or "An," or "Zero" or "This" or "Any" or "All";

    private static string FirstWord(string text) => text.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0 ? text[..blank] : text;

    private static string LowerFirst(string text) =>
        text.Length > 1 && char.IsUpper(text[0]) && (char.IsLower(text[1]) || text[1] == ' ') ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
