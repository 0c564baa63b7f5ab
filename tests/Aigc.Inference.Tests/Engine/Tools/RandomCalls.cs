using System.Text;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Constraints;
using Aigc.Inference.Engine.Tools;
using Aigc.Inference.Tests.Engine.Constraints;
using Aigc.Models.Text.Tools;

namespace Aigc.Inference.Tests.Engine.Tools;

/// <summary>Answers with tools as a model would write them that knows nothing: by random logits, in a syntax of the kind that templates have.</summary>
internal sealed class RandomCalls
{
    // The last two of the vocabulary; bytes are 0 to 255.
    private const int Special = 256, End = 257;

    private static readonly TestTokens Tokens = new(TestTokens.Bytes.Append([]));

    private readonly ModelTools _tools;
    private readonly Sampler _sampler = new(Tokens.Size);

    public RandomCalls(ToolCallSyntax syntax)
    {
        var coded = new CodedTokens(Tokens, new Dictionary<string, int> { ["[TOOL_CALLS]"] = Special }, syntax);
        _tools = new(syntax, coded, new ModelConstraints(coded, Tokens.Size));
    }

    public static Dictionary<string, ToolCallSyntax> Syntaxes { get; } = new()
    {
        ["hermes"] = Of("<tool_call>", "<tool_call>\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "}\n</tool_call>\n<tool_call>\n{\"name\": \""),
        ["llama"] = Of("", "{\"name\": \"", "\", \"parameters\": ", "}", null),
        ["mistral nemo"] = Of("[TOOL_CALLS]", "[TOOL_CALLS][{\"name\": \"", "\", \"arguments\": ", "\"}]", "\"}, {\"name\": \"") with
        {
            Holes = [ToolCallHole.Name, ToolCallHole.Arguments, ToolCallHole.Id],
            Between = ["\", \"arguments\": ", ", \"id\": \""],
        },
        ["mistral small"] = Of("[TOOL_CALLS]", "[TOOL_CALLS]", "[ARGS]", "", "[TOOL_CALLS]"),
        ["functionary"] = Of("<function=", "<function=", ">", "</function>", "</function><function="),
        ["granite"] = Of("<|tool_call|>", "<|tool_call|>[{\"arguments\": ", ", \"name\": \"", "\"}]", "\"}, {\"arguments\": ") with { Holes = [ToolCallHole.Arguments, ToolCallHole.Name] },
        ["lead"] = Of("<tool_call>", "<tool_call>{\"name\":\"", "\",\"arguments\":", "}</tool_call>", "},{\"name\":\"") with { Lead = "<think>\n\n</think>\n\n" },
    };

    public ToolCallRun Start(IReadOnlyList<ToolSpec> tools, ToolChoice choice) => new(_tools.Plan(tools, choice));

    /// <summary>Writes an answer. Without a choice that forces calls it begins with <paramref name="text"/>.</summary>
    public (ToolCallRun Run, AnswerText Answer, bool Ended) Write(IReadOnlyList<ToolSpec> tools, ToolChoice choice, ulong seed, int beyond, string text = "", Action<ToolCallRun, AnswerText>? after = null)
    {
        var run = Start(tools, choice);
        var answer = new AnswerText(new StopTexts([]), 0, run);
        foreach (var token in Spell(text))
            Accept(token);
        var (random, row, spec) = (new SplitMix(seed), new float[Tokens.Size], new SamplingSpec());
        for (var remaining = 400 + beyond; remaining > 0; remaining--)
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = (float)random.NextDouble() * 4;
            run.Apply(row, remaining);
            var token = _sampler.Choose(row, spec, ref random);
            Assert.True(token >= 0, "Nothing may follow.");
            Accept(token);
            if (token == End || run.IsFinished)
                return (run, answer, true);
        }
        return (run, answer, false);

        void Accept(int token)
        {
            run.Accept(token);
            answer.Append(Tokens.BytesOf(token));
            after?.Invoke(run, answer);
        }
    }

    private static IEnumerable<int> Spell(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text.AsSpan(at).StartsWith("[TOOL_CALLS]"))
            {
                yield return Special;
                at += "[TOOL_CALLS]".Length - 1;
                continue;
            }
            foreach (var b in Encoding.UTF8.GetBytes(text, at, 1))
                yield return b;
        }
    }

    private static ToolCallSyntax Of(string marker, string opening, string between, string closing, string? next) => new()
    {
        Lead = "",
        Marker = marker,
        Opening = opening,
        Holes = [ToolCallHole.Name, ToolCallHole.Arguments],
        Between = [between],
        Closing = closing,
        Next = next,
    };
}
