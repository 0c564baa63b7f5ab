using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>
/// The same graph run by ONNX Runtime's JavaScript binding, with nothing of this engine in between. Needs <c>node</c> and, in the folder that
/// <c>AIGC_NODE_MODULES</c> names, the package <c>onnxruntime-node</c>.
/// </summary>
public sealed class IndependentRunTests
{
    private const int Prompt = 12, Answer = 6;

    public static TheoryData<string, string, float> Layouts => new()
    {
        { "own", "Fp32", 1e-4f }, { "plain", "Fp32", 1e-4f }, { "plain, no positions", "Fp32", 1e-4f }, { "plain, kept", "Fp32", 1e-4f }, { "merged", "Fp32", 1e-4f },
        { "grouped", "Fp32", 1e-4f }, { "grouped, no positions", "Fp32", 1e-4f }, { "grouped, kept", "Fp32", 1e-4f },
        { "plain", "Fp16", 5e-3f }, { "grouped", "Fp16", 5e-3f }, { "grouped", "Int4Fp16", 5e-3f },
        { "plain", "Int8Dynamic", 5e-2f }, { "plain", "Int8Dequantized", 1e-4f }, { "grouped", "Int4", 1e-4f }, { "grouped", "Int4Gathered", 1e-4f },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task The_logits_are_those_of_an_independent_run(string layout, string format, float allowed)
    {
        var modules = Environment.GetEnvironmentVariable("AIGC_NODE_MODULES") ?? "";
        Assert.SkipUnless(Directory.Exists(Path.Combine(modules, "onnxruntime-node")), "AIGC_NODE_MODULES names no folder with onnxruntime-node.");
        using var folder = new PublishedFolder();
        var graph = LayoutAgreementTests.Of(layout, format);
        _ = layout == "own" ? folder.WithOwn() : folder.With(graph);
        var tokens = NanoModel.Tokens(Prompt + Answer, 3);
        var expected = await Node(modules, folder.FileOf(graph.File.File), folder, tokens);

        using var backend = folder.Open();
        var actual = new List<float[]>();
        // Beside another row, so that the batch is ragged: the other's prompt is longer.
        var other = NanoModel.Tokens(30, 4);
        backend.Prefill(1, other.AsSpan(0, 20), 0);
        backend.Prefill(0, tokens.AsSpan(0, Prompt), 0);
        actual.Add(backend.Logits(0).ToArray());
        var together = layout != "plain, no positions";
        for (var i = 0; i < Answer; i++)
        {
            if (together)
                backend.Decode([tokens[Prompt + i], other[20 + i]], [Prompt + i, 20 + i]);
            else
                backend.Decode([tokens[Prompt + i]], [Prompt + i]);
            actual.Add(backend.Logits(0).ToArray());
        }
        var difference = LayoutAgreementTests.Difference(expected, [.. actual]);
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {difference:e1}");
        Assert.InRange(difference, 0, allowed);
    }

    private static async Task<float[][]> Node(string modules, string graph, PublishedFolder folder, int[] tokens)
    {
        var job = new JsonObject
        {
            ["prefill"] = new JsonArray([.. tokens.Take(Prompt).Select(token => JsonValue.Create(token))]),
            ["decode"] = new JsonArray([.. tokens.Skip(Prompt).Select(token => JsonValue.Create(token))]),
            ["kvHeads"] = folder.Shape.KvHeads,
            ["headDim"] = folder.Shape.HeadDim,
            ["layers"] = folder.Shape.Layers,
        };
        var script = Path.Combine(AppContext.BaseDirectory, "Layouts", "logits.mjs");
        using var node = new Process { StartInfo = new("node", [script, modules, graph, job.ToJsonString()]) { RedirectStandardOutput = true, RedirectStandardError = true } };
        try
        {
            node.Start();
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no node.");
        }
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, await errors);
        using var answer = JsonDocument.Parse(output.Split('\n').First(line => line.StartsWith('{')));
        return [.. answer.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetSingle()).ToArray())];
    }
}
