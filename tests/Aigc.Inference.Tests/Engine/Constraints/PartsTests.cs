using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aigc.Inference.Engine.Constraints.Grammars;
using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Tests.Engine.Constraints;

/// <summary>The small automata against .NET's own arithmetic, patterns and reader.</summary>
public sealed class PartsTests
{
    private static readonly Location Place = new("/here", JsonDocument.Parse("{}").RootElement);

    [Theory]
    [InlineData("0", "10", false, false)]
    [InlineData("-7", "123", false, true)]
    [InlineData("-120", "-13", true, false)]
    [InlineData("0", null, true, false)]
    [InlineData(null, "0", false, true)]
    [InlineData("-2.5", "0.25", false, false)]
    [InlineData("0.05", "1.5", true, true)]
    public void A_number_is_taken_exactly_when_it_is_within_its_bounds(string? min, string? max, bool above, bool below)
    {
        NumberShape shape = new() { Min = Of(min), MinExclusive = above, Max = Of(max), MaxExclusive = below };
        var (whole, parts) = (NumberText.Build(shape, JsonTypes.Integer, Place, new()), NumberText.Build(shape, JsonTypes.Number, Place, new()));
        for (var hundredths = -30_000; hundredths <= 30_000; hundredths++)
        {
            var value = hundredths / 100m;
            var text = value.ToString("0.00", CultureInfo.InvariantCulture);
            Assert.True(shape.Allows(value) == parts.Matches(Encoding.ASCII.GetBytes(text)), text);
            if (hundredths % 100 == 0)
                Assert.True(shape.Allows(value) == whole.Matches(Encoding.ASCII.GetBytes(value.ToString("0", CultureInfo.InvariantCulture))), text);
        }
    }

    [Fact]
    public void Multiples_are_counted_by_the_remainder()
    {
        var dfa = NumberText.Build(new() { MultipleOf = [(7, ""), (2, "")] }, JsonTypes.Number, Place, new());
        for (var value = -2000; value <= 2000; value++)
            Assert.Equal(value % 14 == 0, dfa.Matches(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("^[a-c]{2,4}$")]
    [InlineData("b")]
    [InlineData("^a|c$")]
    [InlineData("^(ab|c)*$")]
    [InlineData("^[^ab]+$")]
    [InlineData("^.\\d?\\\\?$")]
    [InlineData("^(a(b(c)?)?)?\\s$")]
    [InlineData("^\\W\\S$")]
    public void A_pattern_takes_what_the_platforms_own_takes(string pattern)
    {
        var dfa = Pattern.Build(pattern, Place, new());
        var regex = new Regex(pattern, RegexOptions.ECMAScript);
        foreach (var text in Texts("abc1 \\\n\"", 4))
        {
            // .NET's $ also stands before a last line break.
            if (!text.EndsWith('\n'))
                Assert.True(regex.IsMatch(text) == dfa.Matches(JsonChars.Spell(text)), JsonSerializer.Serialize(text));
        }
    }

    [Fact]
    public void Every_character_of_the_basic_plane_matches_the_dot_but_line_ends_and_halves()
    {
        var dfa = Pattern.Build("^.$", Place, new());
        for (var c = 0; c <= 0xFFFF; c++)
        {
            if (!char.IsSurrogate((char)c))
                Assert.Equal(c is not (10 or 13 or 0x2028 or 0x2029), dfa.Matches(JsonChars.Spell(((char)c).ToString())));
        }
    }

    [Theory]
    [InlineData("date-time", "2024-02-29T23:59:59.5+01:00", true)]
    [InlineData("date", "2023-02-29", false)]
    [InlineData("date", "2000-02-29", true)]
    [InlineData("date", "1900-02-29", false)]
    [InlineData("ipv4", "255.0.10.199", true)]
    [InlineData("ipv4", "256.0.0.1", false)]
    [InlineData("email", "a.b@c.org", true)]
    [InlineData("uuid", "123e4567-e89b-12d3-a456-426614174000", true)]
    [InlineData("duration", "P1DT2H", true)]
    public void Formats_take_what_is_one(string format, string text, bool expected) =>
        Assert.Equal(expected, Pattern.Build(StringFormats.Find(format)!, Place, new()).Matches(JsonChars.Spell(text)));

    [Theory]
    [InlineData("(?=a)")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[b-a]")]
    [InlineData("\\1")]
    [InlineData("a**")]
    [InlineData("((a{1000}){1000}){1000}")]
    public void A_pattern_that_is_not_regular_or_too_large_is_refused_by_place(string pattern) =>
        Assert.Contains("/here", Assert.Throws<SchemaException>(() => Pattern.Build(pattern, Place, new())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"not":{}}""", "/not")]
    [InlineData("""{"$ref":"#"}""", "itself")]
    [InlineData("""{"$ref":"http://x"}""", "leaves")]
    [InlineData("""{"properties":{"a":{"minLength":-1}},"allOf":[{"$ref":"#/properties/a"}]}""", "/properties/a/minLength")]
    [InlineData("""{"format":"zip"}""", "/format")]
    public void What_cannot_be_enforced_is_refused_by_place(string schema, string named)
    {
        var document = SchemaDocument.Parse(schema);
        var refused = Assert.Throws<SchemaException>(() => new SchemaReader(document, new()).Read(new([document.Root])));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    private static decimal? Of(string? text) => text is null ? null : decimal.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Texts(string letters, int most) =>
        most == 0 ? [""] : Texts(letters, most - 1).SelectMany(head => head.Length == most - 1 ? letters.Select(c => head + c).Prepend(head) : [head]);
}
