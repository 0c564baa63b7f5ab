using System.Text;
using System.Text.Json;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using NJsonSchema;

namespace Aigc.Inference.Tests.Engine.Tools;

/// <summary>Whatever the logits and the syntax: calls parse, and their arguments meet their schemas.</summary>
public sealed class ToolCallTests
{
    private const string City = """{"type":"object","properties":{"city":{"type":"string","maxLength":8},"days":{"type":"integer","minimum":1,"maximum":14}},"required":["city"],"additionalProperties":false}""";
    private const string Tags = """{"type":"object","properties":{"tags":{"type":"array","items":{"enum":["a","}","\"{"]},"maxItems":4}},"required":["tags"],"additionalProperties":false}""";

    private static readonly ToolSpec[] Tools =
    [
        new() { Name = "weather", Parameters = City, Strict = true }, new() { Name = "weather-2", Parameters = Tags }, new() { Name = "now" },
    ];

    private static readonly ToolChoice Required = new() { Mode = "required" };

    public static TheoryData<string> Syntaxes => [.. RandomCalls.Syntaxes.Keys];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public async Task Required_calls_always_parse(string syntax)
    {
        var writer = new RandomCalls(RandomCalls.Syntaxes[syntax]);
        var seen = new HashSet<string>();
        for (ulong seed = 0; seed < 40; seed++)
        {
            var (run, answer, ended) = writer.Write(Tools, Required, seed, (int)seed);
            Assert.True(ended);
            Assert.Equal("", answer.Whole);
            Assert.NotEmpty(run.Calls.Whole);
            foreach (var call in run.Calls.Whole)
            {
                seen.Add(call.Name);
                await Valid(call);
            }
        }
        Assert.Equal(Tools.Select(tool => tool.Name).Order(), seen.Order());
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void A_named_function_is_called_once(string syntax)
    {
        var writer = new RandomCalls(RandomCalls.Syntaxes[syntax]);
        for (ulong seed = 0; seed < 10; seed++)
            Assert.Equal("weather-2", Assert.Single(writer.Write(Tools, Required with { Name = "weather-2" }, seed, 0).Run.Calls.Whole).Name);
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void Only_where_calls_may_be_parallel_are_there_several(string syntax)
    {
        var writer = new RandomCalls(RandomCalls.Syntaxes[syntax]);
        var most = Enumerable.Range(0, 30).Max(seed => writer.Write(Tools, Required, (ulong)seed, 600).Run.Calls.Whole.Count);
        Assert.Equal(RandomCalls.Syntaxes[syntax].Next is not null, most > 1);
        Assert.All(Enumerable.Range(0, 10), seed => Assert.Single(writer.Write(Tools, Required with { Parallel = false }, (ulong)seed, 300).Run.Calls.Whole));
    }

    [Theory]
    [InlineData("hermes", "Well. \n<tool_call>", "Well.")]
    [InlineData("hermes", "<tool_call>", "")]
    [InlineData("hermes", "a <b> <tool <tool_call>\n{\"na", "a <b> <tool")]
    [InlineData("llama", " {\"name\":\"", "")]
    [InlineData("llama", "{ \"name\": \"", "")]
    [InlineData("mistral nemo", "é [TOOL_CALLS]", "é")]
    [InlineData("mistral small", "[TOOL_CALLS]", "")]
    [InlineData("granite", "x<|tool_call|>", "x")]
    public async Task Calls_may_follow_a_text_of_which_nothing_is_lost_and_to_which_nothing_is_added(string syntax, string begun, string text)
    {
        var writer = new RandomCalls(RandomCalls.Syntaxes[syntax]);
        for (ulong seed = 0; seed < 8; seed++)
        {
            var shown = new StringBuilder();
            var (run, answer, _) = writer.Write(Tools, new(), seed, 0, begun, (_, answer) => shown.Append(answer.TakeNew()));
            Assert.Equal((text, text), (shown.ToString(), answer.Whole));
            Assert.NotEmpty(run.Calls.Whole);
            foreach (var call in run.Calls.Whole)
                await Valid(call);
        }
    }

    [Theory]
    [InlineData("hermes", "<tool_cal")]
    [InlineData("hermes", "a <tool_call ")]
    [InlineData("llama", "{\"names\": \"x")]
    [InlineData("llama", "So: {\"name\": \"")]
    [InlineData("mistral nemo", "[TOOL_CALL")]
    public void What_only_looks_like_a_call_stays_text(string syntax, string text)
    {
        var run = new RandomCalls(RandomCalls.Syntaxes[syntax]).Start(Tools, new());
        var answer = new AnswerText(new StopTexts([]), 0, run);
        foreach (var c in text)
            Assert.False(answer.Append([(byte)c]));
        answer.Finish();
        Assert.Equal(text, answer.Whole);
        Assert.False(run.IsOpen);
    }

    [Fact]
    public void A_marker_that_comes_with_what_no_call_has_is_text()
    {
        var run = new RandomCalls(RandomCalls.Syntaxes["hermes"]).Start(Tools, new());
        var answer = new AnswerText(new StopTexts([]), 0, run);
        answer.Append("See <tool_call>s for"u8);
        answer.Append(" more."u8);
        answer.Finish();
        Assert.Equal("See <tool_call>s for more.", answer.Whole);
    }

    [Fact]
    public void A_stop_text_before_a_marker_ends_the_answer()
    {
        var run = new RandomCalls(RandomCalls.Syntaxes["hermes"]).Start(Tools, new());
        var answer = new AnswerText(new StopTexts(["."]), 0, run);
        Assert.True(answer.Append("a. <tool_call>"u8));
        Assert.Equal(("a", false), (answer.Whole, run.IsOpen));
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void Pieces_together_are_the_calls(string syntax)
    {
        var writer = new RandomCalls(RandomCalls.Syntaxes[syntax]);
        for (ulong seed = 0; seed < 10; seed++)
        {
            var (ids, names, arguments, count) = (new List<string>(), new List<string>(), new List<string>(), 0);
            var (run, _, _) = writer.Write(Tools, Required, seed, 300, after: (run, _) =>
            {
                if (++count % (1 + ((int)seed % 5)) == 0)
                    Take(run);
            });
            Take(run);
            Assert.Empty(run.Calls.TakeNew());
            Assert.Equal(run.Calls.Whole.Select(call => (call.Id, call.Name, call.Arguments)), ids.Select((id, i) => (id, names[i], arguments[i])));

            void Take(Aigc.Inference.Engine.Tools.ToolCallRun run)
            {
                foreach (var piece in run.Calls.TakeNew())
                {
                    if (piece.Index == ids.Count)
                    {
                        ids.Add(piece.Id!);
                        names.Add(piece.Name!);
                        arguments.Add("");
                    }
                    arguments[piece.Index] += piece.Arguments;
                }
            }
        }
    }

    [Fact]
    public void A_schema_that_cannot_be_enforced_is_any_object_unless_it_is_strict()
    {
        var writer = new RandomCalls(RandomCalls.Syntaxes["hermes"]);
        ToolSpec[] tools = [new() { Name = "a" }, new() { Name = "b", Parameters = """{"not":{}}""" }];
        foreach (var call in writer.Write(tools, Required with { Name = "b" }, 1, 0).Run.Calls.Whole)
            Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(call.Arguments).RootElement.ValueKind);
        var problem = Assert.Throws<GenerationFailedException>(() => writer.Start([tools[0], tools[1] with { Strict = true }], Required)).Problem;
        Assert.Equal(("invalid_request", "tools[1].function.parameters"), (problem.Code, problem.Param));
        Assert.Contains("/not", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    public void Parameters_that_are_no_schema_are_refused(string parameters)
    {
        var problem = Assert.Throws<GenerationFailedException>(() =>
            new RandomCalls(RandomCalls.Syntaxes["hermes"]).Start([new() { Name = "a", Parameters = parameters }], new())).Problem;
        Assert.Equal("tools[0].function.parameters", problem.Param);
    }

    [Fact]
    public void A_hundred_tools_are_a_choice_of_a_hundred()
    {
        ToolSpec[] tools = [.. Enumerable.Range(0, 128).Select(i => new ToolSpec { Name = $"function_{i}", Parameters = City })];
        var writer = new RandomCalls(RandomCalls.Syntaxes["hermes"]);
        var names = Enumerable.Range(0, 60).SelectMany(seed => writer.Write(tools, Required, (ulong)seed, 0).Run.Calls.Whole).Select(call => call.Name).ToHashSet();
        Assert.True(names.Count > 10);
        Assert.Subset(tools.Select(tool => tool.Name).ToHashSet(), names);
    }

    private static async Task Valid(ToolCall call)
    {
        var schema = Tools.Single(tool => tool.Name == call.Name).Parameters;
        if (schema is null)
        {
            Assert.Equal("{}", call.Arguments);
            return;
        }
        using var parsed = JsonDocument.Parse(call.Arguments);
        Assert.Empty((await JsonSchema.FromJsonAsync(schema, Ct)).Validate(call.Arguments));
    }
}
