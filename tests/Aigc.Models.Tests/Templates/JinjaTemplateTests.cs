using System.Text.Json;
using Aigc.Models.Templates;

namespace Aigc.Models.Tests.Templates;

/// <summary>What is expected here was rendered by Jinja 3 itself, set up as transformers does it.</summary>
public sealed class JinjaTemplateTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 5, 7, 8, 9, TimeSpan.Zero);

    const string Data = """
        {"messages":[{"role":"system","content":"S y"},{"role":"user","content":" Hi 🙂 "},{"role":"assistant","content":null}],
         "n":3,"s":"  Hello wORLD  ","e":"","l":[3,1,2],"d":{"b":1,"a":[1,"x",null,true,1.5],"items":9},"z":"aXbXc"}
        """;

    internal static string Render(string template, string data = Data, TemplateLimits? limits = null)
    {
        using var json = JsonDocument.Parse(data);
        var variables = json.RootElement.EnumerateObject().Select(property => new KeyValuePair<string, object?>(property.Name, JsonValues.Read(property.Value))).ToList();
        return JinjaTemplate.Read(template, limits).Render(variables, Now).Value;
    }

    [Theory]
    [InlineData("{{ d }} {{ (1,) }} {{ [none, 1.0, \"it's\"] }}", "{'b': 1, 'a': [1, 'x', None, True, 1.5], 'items': 9} (1,) [None, 1.0, \"it's\"]")]
    [InlineData("{{ d|tojson }} {{ []|tojson(indent=2) }}", "{\"b\": 1, \"a\": [1, \"x\", null, true, 1.5], \"items\": 9} []")]
    [InlineData("{{ l|tojson(indent=1) }}", "[\n 3,\n 1,\n 2\n]")]
    [InlineData("{{ d['items'] }} {% for k, v in d.items() %}{{ k }};{% endfor %}", "9 b;a;items;")]
    [InlineData("{{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 0.1+0.2 }} {{ 1e16 }}", "-4 2 3.5 1024 1000.0 1.5e-07 0.30000000000000004 1e+16")]
    [InlineData("{{ l[1:] }} {{ l[::-1] }} {{ 'x🙂y'|length }} {{ 'x🙂y'[::-1] }} {{ l[9] }}|", "[1, 2] [2, 1, 3] 3 y🙂x |")]
    [InlineData("{{ s|trim }}|{{ s.rstrip() }}|{{ z.split('X', 1) }}|{{ z.replace('X', '-') }}|{{ 'a b  c'.split() }}", "Hello wORLD|  Hello wORLD|['a', 'bXc']|a-b-c|['a', 'b', 'c']")]
    [InlineData("{% set ns = namespace(a=1) %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}", "4")]
    [InlineData("{% set i = 0 %}{% for x in l %}{% set i = i + 1 %}{{ i }}{% endfor %}{{ i }}", "1110")]
    [InlineData("{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ ',' if not loop.last }}{% endfor %}", "1/2:3,2/2:2")]
    [InlineData("{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{{ loop.previtem }}{{ loop.nextitem }}{% if x == 2 %}{% break %}{% endif %}{% endfor %}", "3121")]
    [InlineData("{% macro m(a, b=2) %}[{{ a }},{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, b=3) }}{{ m() }}", "[1,2][1,3][,2]")]
    [InlineData("{% macro m(a) %}<{{ caller(a) }}>{% endmacro %}{% call(x) m(5) %}in {{ x }}{% endcall %}", "<in 5>")]
    [InlineData("{% set y | trim | upper %}  b {% endset %}[{{ y }}]{% filter upper %}q{{ z }}{% endfilter %}", "[B]QAXBXC")]
    [InlineData("{{ messages|selectattr('role','equalto','user')|list|length }} {{ messages|map(attribute='role')|join(',') }}", "1 system,user,assistant")]
    [InlineData("{{ messages[2].content is none }} {{ x is not defined }} {{ d is mapping }} {{ s is string and n is odd }}", "True True True True")]
    [InlineData("a\n  {% if true %}\n b\n  {% endif %}\nc\n\n", "a\n b\nc\n")]
    [InlineData("x {%- if true -%}   k   {%- endif %}  w\n {#- c -#} \n z", "xk  wz")]
    [InlineData("{% generation %}gen {{ n }}{% endgeneration %}{% raw %}{{ x }}{% endraw %}", "gen 3{{ x }}")]
    [InlineData("{{ strftime_now('%d %b %Y %B %A %H:%M:%S') }}", "05 Mar 2026 March Thursday 07:08:09")]
    [InlineData("{{ none ~ 'a' ~ 1.0 ~ true }} {{ undefined or 'y' }} {{ e|default('q', true) }} {{ '%s-%02d' % ('a', 3) }}", "Nonea1.0True y q a-03")]
    public void A_template_renders_as_Jinja_renders_it(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("a\n{% if %}", 2)]
    [InlineData("{% if x %}", 1)]
    [InlineData("\n\n{{ x|nosuch }}", 3)]
    [InlineData("{# open", 1)]
    [InlineData("{{ 'open }}", 1)]
    [InlineData("{% include 'file' %}", 1)]
    [InlineData("{% break %}", 1)]
    public void A_template_that_cannot_be_read_is_refused_with_its_line(string template, int line) =>
        Assert.Equal(line, Assert.Throws<TemplateException>(() => JinjaTemplate.Read(template)).Line);

    [Theory]
    [InlineData("{{ x.y }}")]
    [InlineData("{{ l.append(4) }}")]
    [InlineData("{{ d.update({}) }}")]
    [InlineData("{{ ''.__class__.__mro__ }}")]
    [InlineData("{{ none + 'a' }}")]
    [InlineData("{{ 1 / 0 }}")]
    [InlineData("{{ 9223372036854775807 + 1 }}")]
    public void What_a_template_may_not_do_is_an_error(string template) => Assert.Throws<TemplateException>(() => Render(template));

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{{ 'x' * 1000000000 }}")]
    [InlineData("{{ [1] * 1000000000 }}")]
    [InlineData("{{ range(1000000000) }}")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(99999) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(99999) %}{% set ns.l = ns.l + ns.l %}{% endfor %}")]
    [InlineData("{% set ns = namespace() %}{% set ns.n = ns %}{{ '%5000000s' % 'a' }}")]
    [InlineData("{{ 2 ** 9999999999 }}")]
    public void A_template_that_runs_away_is_stopped(string template) => Assert.Throws<TemplateException>(() => Render(template));

    [Fact]
    public void Nesting_is_limited() =>
        Assert.Throws<TemplateException>(() => JinjaTemplate.Read("{{ " + new string('(', 5000) + "1" + new string(')', 5000) + " }}"));

    [Fact]
    public void A_template_that_is_too_long_is_refused() =>
        Assert.Throws<TemplateException>(() => JinjaTemplate.Read(new string('x', 101), new() { SourceLength = 100 }));

    [Fact]
    public void What_the_template_says_of_its_input_is_told_apart() =>
        Assert.True(Assert.Throws<TemplateException>(() => Render("{{ raise_exception('no ' ~ n) }}")).Raised);
}
