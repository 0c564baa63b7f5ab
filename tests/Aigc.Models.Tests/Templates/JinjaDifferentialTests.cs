using System.Text.Json;
using Aigc.Models.Templates;

namespace Aigc.Models.Tests.Templates;

/// <summary>
/// Published templates are not ours to keep here. Whoever has some writes cases and lets <c>differential/oracle.py</c> add what Jinja makes of them; this test
/// then compares. It skips without the file.
/// </summary>
public sealed class JinjaDifferentialTests
{
    [Fact]
    public void Foreign_templates_render_as_Jinja_renders_them()
    {
        var file = Environment.GetEnvironmentVariable("AIGC_TEST_TEMPLATES");
        if (string.IsNullOrEmpty(file))
            Assert.Skip("AIGC_TEST_TEMPLATES names no file of cases (see differential/oracle.py).");
        var wrong = new List<string>();
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            using var json = JsonDocument.Parse(line);
            var expected = json.RootElement.GetProperty("text").GetString();
            var actual = Render(json.RootElement);
            if (actual != expected)
                wrong.Add(FormattableString.Invariant($"case {number}: expected {expected ?? "a refusal"}, got {actual ?? "a refusal"}"));
        }
        Assert.NotEqual(0, number);
        Assert.Empty(wrong);
    }

    static string? Render(JsonElement json)
    {
        try
        {
            return JinjaTemplate.Read(json.GetProperty("template").GetString()!).Render(
                json.GetProperty("vars").EnumerateObject().Select(property => new KeyValuePair<string, object?>(property.Name, JsonValues.Read(property.Value))),
                new(2026, 3, 5, 7, 8, 9, TimeSpan.Zero)).Value;
        }
        catch (TemplateException)
        {
            return null;
        }
    }
}
