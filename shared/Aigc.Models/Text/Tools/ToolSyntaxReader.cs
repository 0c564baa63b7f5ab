using System.Text;
using System.Text.Json;

namespace Aigc.Models.Text.Tools;

/// <summary>
/// Finds out how a template writes calls of tools: it is given conversations with known names, arguments and ids, and what stands around them in its text is
/// the syntax. Whatever is concluded has to reproduce the template's own text of one call, and of two and three where it writes several.
/// </summary>
/// <param name="write">The template's text; null where it refuses.</param>
/// <param name="special">Spellings of special tokens.</param>
/// <param name="ends">Spellings of tokens that end an answer.</param>
internal sealed class ToolSyntaxReader(Func<ChatRequest, string?> write, IReadOnlyCollection<string> special, IReadOnlyCollection<string> ends)
{
    const string NoPlace = "has no place for tools";
    const string NotUnderstood = "writes calls of tools in a way that is not understood";

    /// <summary>What the template knows of tools.</summary>
    public ToolFormat Read()
    {
        var plain = Write(false, true, ToolProbe.User);
        var prompt = Write(true, true, ToolProbe.User);
        if (prompt is null || prompt == plain)
            return new(null, NoPlace);
        var before = Write(true, false, ToolProbe.User);
        var answer = Write(true, false, ToolProbe.User, ToolProbe.Answer);
        string? why = null;
        foreach (var probe in ToolProbe.All)
        {
            // A template that takes objects writes texts otherwise, and not as its model was taught.
            if (probe.ArgumentsAsText && why is not null)
                break;
            if (Write(true, false, ToolProbe.User, probe.Calls(1)) is not { } one)
                continue;
            if (Read(probe, one, prompt, before ?? "", answer) is not { } syntax)
                why ??= NotUnderstood;
            else if (Write(true, true, ToolProbe.User, probe.Calls(1), probe.ResultOf())?.Contains(ToolProbe.Result, StringComparison.Ordinal) != true)
                why = "does not show what came of a call";
            else
                return new(syntax, null);
        }
        return new(null, why ?? "has no place for calls of tools in an answer");
    }

    ToolCallSyntax? Read(ToolProbe probe, string one, string prompt, string before, string? answer)
    {
        var start = one.StartsWith(prompt, StringComparison.Ordinal) ? prompt.Length : Shared(one, prompt);
        if (start < before.Length)
            return null;
        var (lead, tail) = Around(prompt, answer);
        lead = one.AsSpan(start).StartsWith(lead, StringComparison.Ordinal) ? lead : "";
        start += lead.Length;
        var text = one[start..];
        if (Places(probe, text, 0) is not { } places)
            return null;
        var behind = text[places[^1].End..];
        behind = tail.Length > 0 && behind.EndsWith(tail, StringComparison.Ordinal) ? behind[..^tail.Length] : behind;
        var syntax = new ToolCallSyntax
        {
            Lead = lead,
            Marker = MarkerOf(text[..places[0].Start]),
            Opening = text[..places[0].Start],
            Holes = [.. places.Select(place => place.Hole)],
            Between = [.. places.Zip(places.Skip(1), (left, right) => text[left.End..right.Start])],
            Closing = UpToEnd(behind).TrimEnd(),
            ArgumentsAsText = probe.ArgumentsAsText,
            EmptyContent = probe.EmptyContent,
            IdLength = probe.ShortIds ? ToolProbe.ShortId : 0,
        };
        return IsSound(syntax) && Reproduces(syntax, probe, text, 1) ? Several(probe, syntax, start) : null;
    }

    // Two calls show what stands between calls; three, that it is always the same.
    ToolCallSyntax Several(ToolProbe probe, ToolCallSyntax single, int start)
    {
        if (Write(true, false, ToolProbe.User, probe.Calls(2)) is not { } two || Write(true, false, ToolProbe.User, probe.Calls(3)) is not { } three || two.Length < start || three.Length < start)
            return single;
        var text = two[start..];
        if (Places(probe, text, 0) is not { } first || Places(probe, text, 1) is not { } second || second[0].Start < first[^1].End)
            return single;
        var several = single with { Next = text[first[^1].End..second[0].Start] };
        return several.Next.Length > 0 && !ends.Any(several.Next.Contains) && IsSound(several)
            && Reproduces(several, probe, text, 2) && Reproduces(several, probe, three[start..], 3)
            ? several
            : single;
    }

    static bool Reproduces(ToolCallSyntax syntax, ToolProbe probe, string text, int calls)
    {
        var written = new List<(string Name, string Arguments, string Id)>();
        for (var call = 0; call < calls; call++)
        {
            if (ArgumentsOf(text, call) is not ( >= 0 and var start, var end))
                return false;
            written.Add((ToolProbe.Name(call), text[start..end], probe.Id(call)));
        }
        return text.StartsWith(syntax.Write(written), StringComparison.Ordinal);
    }

    /// <summary>Where a call's name, arguments and id stand, in their order; null unless each is there once, the id at most once.</summary>
    static List<(ToolCallHole Hole, int Start, int End)>? Places(ToolProbe probe, string text, int call)
    {
        var (name, arguments) = (Once(text, ToolProbe.Name(call)), ArgumentsOf(text, call));
        if (name < 0 || arguments.Start < 0)
            return null;
        var places = new List<(ToolCallHole Hole, int Start, int End)> { (ToolCallHole.Name, name, name + ToolProbe.Name(call).Length), (ToolCallHole.Arguments, arguments.Start, arguments.End) };
        if (text.Contains(probe.Id(call), StringComparison.Ordinal))
        {
            if (Once(text, probe.Id(call)) is not (>= 0 and var id))
                return null;
            places.Add((ToolCallHole.Id, id, id + probe.Id(call).Length));
        }
        places.Sort((a, b) => a.Start.CompareTo(b.Start));
        return places.Zip(places.Skip(1)).All(pair => pair.First.End <= pair.Second.Start) ? places : null;
    }

    /// <summary>The JSON object with a call's argument; −1 where it is no such object.</summary>
    static (int Start, int End) ArgumentsOf(string text, int call)
    {
        if (Once(text, ToolProbe.Key(call)) is not (>= 0 and var key) || text.LastIndexOf('{', key) is not (>= 0 and var start))
            return (-1, -1);
        var bytes = Encoding.UTF8.GetBytes(text[start..]);
        try
        {
            var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
            reader.Read();
            using var json = JsonDocument.ParseValue(ref reader);
            var end = start + Encoding.UTF8.GetCharCount(bytes, 0, (int)reader.BytesConsumed);
            return json.RootElement.EnumerateObject().ToList() is [var only] && only.NameEquals(ToolProbe.Key(call))
                && only.Value.ValueKind == JsonValueKind.String && only.Value.ValueEquals(ToolProbe.Value(call))
                ? (start, end)
                : (-1, -1);
        }
        catch (JsonException)
        {
            return (-1, -1);
        }
    }

    /// <summary>The announcement within what stands before a first name: its special token, its tag, or what comes before any JSON.</summary>
    string MarkerOf(string opening)
    {
        var text = opening.TrimStart();
        if (special.Where(token => token.Length > 0 && text.StartsWith(token, StringComparison.Ordinal)).MaxBy(token => token.Length) is { } first)
            return first;
        var json = text.IndexOf('{', StringComparison.Ordinal);
        var head = (json < 0 ? text : text[..json]).TrimEnd();
        while (head.EndsWith('[') || head.EndsWith('"'))
            head = head[..^1].TrimEnd();
        var close = head.StartsWith('<') ? head.IndexOf('>', StringComparison.Ordinal) : head.StartsWith('[') ? head.IndexOf(']', StringComparison.Ordinal) : -1;
        return close > 0 ? head[..(close + 1)] : head;
    }

    // A name and an id must be seen to end, and a call must be told apart from a text: by its marker, or by beginning as no text does.
    static bool IsSound(ToolCallSyntax syntax)
    {
        if (syntax.Marker.Length < 3 && syntax.Opening.Trim().Length < 6)
            return false;
        for (var hole = 0; hole < syntax.Holes.Count; hole++)
        {
            var last = hole == syntax.Holes.Count - 1;
            string?[] after = last ? [syntax.Closing, syntax.Next] : [syntax.Between[hole]];
            if (!last && after[0]!.Length == 0)
                return false;
            if (syntax.Holes[hole] != ToolCallHole.Arguments && after.Any(text => text is not null && (text.Length == 0 || IsNameCharacter(text[0]))))
                return false;
        }
        return true;
    }

    static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    /// <summary>What the template writes before and behind an answer's text.</summary>
    static (string Lead, string Tail) Around(string prompt, string? answer) =>
        answer is not null && answer.StartsWith(prompt, StringComparison.Ordinal) && answer.IndexOf(ToolProbe.Text, prompt.Length, StringComparison.Ordinal) is >= 0 and var at
            ? (answer[prompt.Length..at], answer[(at + ToolProbe.Text.Length)..])
            : ("", "");

    /// <summary>Where two texts part, not inside of a tag.</summary>
    static int Shared(string a, string b)
    {
        var length = a.AsSpan().CommonPrefixLength(b);
        var tag = length == 0 ? -1 : a.LastIndexOf('<', length - 1);
        return tag > a.LastIndexOf('>', Math.Max(length - 1, 0)) ? tag : length;
    }

    string UpToEnd(string text)
    {
        foreach (var end in ends)
        {
            if (end.Length > 0 && text.IndexOf(end, StringComparison.Ordinal) is >= 0 and var at)
                text = text[..at];
        }
        return text;
    }

    static int Once(string text, string wanted) =>
        text.IndexOf(wanted, StringComparison.Ordinal) is >= 0 and var at && text.IndexOf(wanted, at + 1, StringComparison.Ordinal) < 0 ? at : -1;

    string? Write(bool tools, bool prompt, params JsonElement[] messages) => write(new()
    {
        Messages = messages,
        Tools = tools ? ToolProbe.Tools : null,
        AddGenerationPrompt = prompt,
    });
}
