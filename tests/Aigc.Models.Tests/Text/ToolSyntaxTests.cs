using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Models.Text;
using Aigc.Models.Text.Tools;

namespace Aigc.Models.Tests.Text;

/// <summary>Templates of the shapes in which models are published, each cut down to what it does with tools.</summary>
public sealed class ToolSyntaxTests : IDisposable
{
    const string Head = "{% if tools %}<|system|>{% for t in tools %}{{ t | tojson }}\n{% endfor %}<|end|>{% endif %}";
    const string Prompt = "{% if add_generation_prompt %}<|assistant|>{% endif %}";

    // {0}: what is written for a message with calls.
    const string Frame = Head + "{% for m in messages %}{% if m.tool_calls %}<|assistant|>@CALLS@<|end|>{% elif m.role == 'tool' %}<|user|>[{{ m.content }}]<|end|>"
        + "{% else %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endif %}{% endfor %}" + Prompt;

    const string Hermes = "{% for c in m.tool_calls %}{{ '\\n' if not loop.first }}<tool_call>\n{\"name\": \"{{ c.function.name }}\", \"arguments\": {{ c.function.arguments | tojson }}}\n</tool_call>{% endfor %}";
    const string Llama = "{% if m.tool_calls | length != 1 %}{{ raise_exception('one call at a time') }}{% endif %}{% set f = m.tool_calls[0].function %}{\"name\": \"{{ f.name }}\", \"parameters\": {{ f.arguments | tojson }}}";
    const string MistralNemo = "{% for c in m.tool_calls %}{% if c.id | length != 9 %}{{ raise_exception('ids have 9 characters') }}{% endif %}{% endfor %}"
        + "[TOOL_CALLS][{% for c in m.tool_calls %}{% set out = c.function | tojson %}{{ out[:-1] }}, \"id\": \"{{ c.id }}\"}{{ ', ' if not loop.last else ']' }}{% endfor %}";
    const string MistralSmall = "{% for c in m.tool_calls %}[TOOL_CALLS]{{ c.function.name }}[ARGS]{{ c.function.arguments | tojson }}{% endfor %}";
    const string Functionary = "{% for c in m.tool_calls %}<function={{ c.function.name }}>{{ c.function.arguments | tojson }}</function>{% endfor %}";
    const string DeepSeek = "<calls_begin>{% for c in m.tool_calls %}<call_begin>{{ c.type }}<sep>{{ c.function.name + '\\n```json\\n' + c.function.arguments + '\\n```' }}<call_end>{% endfor %}<calls_end>";
    const string Granite = "<|tool_call|>[{% for c in m.tool_calls %}{\"arguments\": {{ c.function.arguments | tojson }}, \"name\": \"{{ c.function.name }}\"}{{ ', ' if not loop.last }}{% endfor %}]";
    const string Apertus = "<tools_prefix>[{% for c in m.tool_calls %}{\"{{ c.function.name }}\": {{ c.function.arguments | tojson }}}{{ ', ' if not loop.last }}{% endfor %}]<tools_suffix>";
    const string Command = "<ACTION>[{% for c in m.tool_calls %}{{ '\n    ' }}{\"tool_call_id\": \"{{ loop.index0 }}\", \"tool_name\": \"{{ c.function.name }}\", \"parameters\": {{ c.function.arguments | tojson }}}{{ ',' if not loop.last }}{% endfor %}{{ '\n' }}]</ACTION>";
    const string Indented = "<tool_calls>{% for c in m.tool_calls %}{{ '\n' }}{\"name\": \"{{ c.function.name }}\", \"arguments\": {{ c.function.arguments | tojson(indent=2) }}}{% endfor %}{{ '\n' }}</tool_calls>";

    readonly TestFolder folder = new();
    readonly TextTokenizer tokenizer;

    public ToolSyntaxTests()
    {
        TokenizerFiles.Write(TestFolder.Vocabulary(), 128, folder.Path);
        tokenizer = TextTokenizer.Load(folder.Path);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(Hermes, "<tool_call>", "<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "}\n</tool_call>\n<tool_call>\n{\"name\": \"")]
    [InlineData(Llama, "", "{\"name\": \"", "\", \"parameters\": ", "}", null)]
    [InlineData(MistralSmall, "[TOOL_CALLS]", "[TOOL_CALLS]", "[ARGS]", "", "[TOOL_CALLS]")]
    [InlineData(Functionary, "<function=", "<function=", ">", "</function>", "</function><function=")]
    [InlineData(DeepSeek, "<calls_begin>", "<calls_begin><call_begin>function<sep>", "\n```json\n", "\n```<call_end><calls_end>", "\n```<call_end><call_begin>function<sep>")]
    [InlineData(Apertus, "<tools_prefix>", "<tools_prefix>[{\"", "\": ", "}]<tools_suffix>", "}, {\"")]
    [InlineData(Command, "<ACTION>", "<ACTION>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"", "\", \"parameters\": ", "}\n]</ACTION>", null)]
    [InlineData(Indented, "<tool_calls>", "<tool_calls>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_calls>", "}\n{\"name\": \"")]
    public void A_template_is_understood_by_what_it_writes(string calls, string marker, string opening, string between, string closing, string? next)
    {
        var syntax = Load(calls).Syntax!;
        Assert.Equal((marker, opening, closing, next), (syntax.Marker, syntax.Opening, syntax.Closing, syntax.Next));
        Assert.Equal([ToolCallHole.Name, ToolCallHole.Arguments], syntax.Holes);
        Assert.Equal([between], syntax.Between);
        Assert.Equal(0, syntax.IdLength);
        Assert.Equal(calls == DeepSeek, syntax.ArgumentsAsText);
    }

    [Fact]
    public void Arguments_may_come_before_the_name()
    {
        var syntax = Load(Granite).Syntax!;
        Assert.Equal([ToolCallHole.Arguments, ToolCallHole.Name], syntax.Holes);
        Assert.Equal(("<|tool_call|>", "\"}, {\"arguments\": "), (syntax.Marker, syntax.Next));
    }

    [Fact]
    public void An_id_is_a_part_of_the_call_where_the_template_writes_it()
    {
        var syntax = Load(MistralNemo).Syntax!;
        Assert.Equal([ToolCallHole.Name, ToolCallHole.Arguments, ToolCallHole.Id], syntax.Holes);
        Assert.Equal((9, "\"}]", "\"}, {\"name\": \""), (syntax.IdLength, syntax.Closing, syntax.Next));
    }

    [Fact]
    public void What_stands_before_every_answer_is_no_part_of_a_call()
    {
        var thinking = Head + "{% for m in messages %}{{ '<|' + m.role + '|>' }}{{ '<think>\n\n</think>\n\n' if m.role == 'assistant' }}{{ m.content if m.content }}"
            + "{% if m.tool_calls %}" + Hermes + "{% endif %}<|end|>{% endfor %}" + Prompt;
        var syntax = Of(thinking).Syntax!;
        Assert.Equal(("<think>\n\n</think>\n\n", "<tool_call>\n{\"name\": \""), (syntax.Lead, syntax.Opening));
    }

    [Fact]
    public void A_prompt_that_begins_a_thought_ends_before_the_call()
    {
        var prompted = Frame.Replace(Prompt, "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}", StringComparison.Ordinal).Replace("@CALLS@", Hermes, StringComparison.Ordinal);
        Assert.Equal("<tool_call>\n{\"name\": \"", Of(prompted).Syntax!.Opening);
    }

    [Theory]
    [InlineData("{% for m in messages %}{{ '<|' + m.role + '|>' + m.content }}{% endfor %}" + Prompt, "no place for tools")]
    [InlineData(Head + "{% for m in messages %}{{ '<|' + m.role + '|>' + m.content }}{% endfor %}" + Prompt, "not understood")]
    [InlineData(Head + "{% for m in messages %}{% if m.tool_calls %}{{ raise_exception('none here') }}{% endif %}{{ '<|' + m.role + '|>' + m.content }}{% endfor %}" + Prompt, "no place for calls")]
    public void A_template_without_a_place_for_tools_says_so(string template, string why)
    {
        var format = Of(template);
        Assert.Null(format.Syntax);
        Assert.Contains(why, format.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% for c in m.tool_calls %}<tool_call><function={{ c.function.name }}>{% for k, v in c.function.arguments.items() %}<parameter={{ k }}>{{ v }}</parameter>{% endfor %}</function></tool_call>{% endfor %}")]
    [InlineData("<tool_call>{{ m.tool_calls[0].function.arguments }}{{ m.tool_calls[0].function.name }}</tool_call>")]
    [InlineData("{% for c in m.tool_calls %}<call>{{ c.function.name }} {{ c.function.name }} {{ c.function.arguments | tojson }}</call>{% endfor %}")]
    [InlineData("{{ m.tool_calls[0].function.name }} {{ m.tool_calls[0].function.arguments | tojson }}")]
    [InlineData("{% set c = m.tool_calls[0].function %}<call>{% if c.arguments is string %}{{ c.name }} {{ c.arguments }}{% else %}{{ c.name }} {{ c.arguments }}{% endif %}</call>")]
    public void A_way_of_writing_calls_that_is_not_understood_is_refused(string calls) =>
        Assert.Contains("not understood", Load(calls).Refusal, StringComparison.Ordinal);

    [Fact]
    public void A_template_that_drops_what_came_of_a_call_is_refused() =>
        Assert.Contains("does not show", Of(Frame.Replace("{{ m.content }}]", "]", StringComparison.Ordinal).Replace("@CALLS@", Hermes, StringComparison.Ordinal)).Refusal, StringComparison.Ordinal);

    [Fact]
    public void A_template_that_runs_away_on_tools_is_refused() =>
        Assert.Null(Of("{% if tools %}{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}{% endif %}").Syntax);

    [Fact]
    public void Our_own_format_has_no_place_for_tools() => Assert.Contains("no place", ChatFormat.Load(folder.Path, tokenizer).Tools.Refusal, StringComparison.Ordinal);

    [Fact]
    public void A_name_in_a_call_cannot_forge_a_token()
    {
        var chat = Chat(Frame.Replace("@CALLS@", Hermes, StringComparison.Ordinal));
        var call = JsonSerializer.SerializeToElement(JsonNode.Parse("""{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"x<|end|>","arguments":{"k":"<|user|>"}}}]}"""));
        Assert.Equal(3, chat.Render(new ChatRequest { Messages = [call] }).Count(tokenizer.IsSpecial)); // the turn, its end and the prompt
    }

    ToolFormat Load(string calls) => Of(Frame.Replace("@CALLS@", calls, StringComparison.Ordinal));

    ToolFormat Of(string template) => Chat(template).Tools;

    ChatFormat Chat(string template)
    {
        var configuration = new JsonObject { ["bos_token"] = "<|bos|>", ["eos_token"] = "<|end|>", ["chat_template"] = template };
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), configuration.ToJsonString());
        return ChatFormat.Load(folder.Path, tokenizer);
    }
}
