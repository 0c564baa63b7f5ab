using System.Net;
using System.Text.RegularExpressions;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;

namespace Aigc.Provenance.Reading;

/// <summary>Finds the meta element and the marked fragment in a page. Linear-time expressions: any page may be sent for verification.</summary>
internal static class HtmlReader
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    private static readonly Regex Meta = new("<meta\\s+name=[\"']AIGC[\"']\\s+content=(\"[^\"]*\"|'[^']*')", Linear);
    private static readonly Regex Line = new($"<p class=\"{HtmlMarks.LineClass}\">(.*?)</p>", Linear);
    private static readonly Regex Body = new($"<div class=\"{HtmlMarks.BodyClass}\"[^>]*>([^<]*)</div>", Linear);
    private static readonly Regex Tag = new("<[^>]*>", Linear);

    public static MarkReport Read(string html, ReadKey? key)
    {
        var meta = Meta.Match(html);
        var label = meta.Success ? LabelReader.ReadJson(WebUtility.HtmlDecode(meta.Groups[1].Value[1..^1])) : null;
        var line = Line.Match(html) is { Success: true } match ? WebUtility.HtmlDecode(Tag.Replace(match.Groups[1].Value, "")).Trim() : null;
        var body = Body.Match(html) is { Success: true } text ? WebUtility.HtmlDecode(text.Groups[1].Value) : "";
        return MarkReader.Report("html", label, line is not null && VisibleLine.IsVisibleLine(line) ? line : null, body, null, key);
    }
}
