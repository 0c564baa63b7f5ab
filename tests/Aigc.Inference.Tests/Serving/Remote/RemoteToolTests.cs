using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using static Aigc.Inference.Tests.Serving.Remote.RemoteServer;

namespace Aigc.Inference.Tests.Serving.Remote;

public sealed class RemoteToolTests
{
    private static readonly ToolSpec[] Tools = [new() { Name = "weather", Description = "d", Parameters = """{"type":"object"}""", Strict = true }, new() { Name = "now" }];

    [Fact]
    public async Task Tools_go_to_the_server_and_its_calls_come_back()
    {
        await using var bench = await RemoteBench.Start((context, _) => Sse(context, """
            data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"weather","arguments":""}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Ulm\"}"}},{"index":1,"id":"c2","type":"function","function":{"name":"now","arguments":"{}"}}]}}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

            data: [DONE]


            """));
        var run = Assert.Single(bench.RunsOf(command => command with
        {
            Tools = Tools,
            ToolChoice = new() { Mode = "required", Name = "weather", Parallel = false },
            Messages =
            [
                new() { Role = "user", Content = "Hi" },
                new() { Role = "assistant", Content = "", ToolCalls = [new() { Id = "c0", Name = "now", Arguments = "{}" }] },
                new() { Role = "tool", Content = "12:00", ToolCallId = "c0" },
            ],
        }));
        var result = await run.Completion;
        Assert.Equal(("tool_calls", ""), (result.FinishReason, result.Text));
        Assert.Equal([("c1", "weather", """{"city":"Ulm"}"""), ("c2", "now", "{}")], result.ToolCalls.Select(call => (call.Id, call.Name, call.Arguments)));
        var pieces = run.Calls!.TakeNew();
        Assert.Equal("""{"city":"Ulm"}""", string.Concat(pieces.Where(piece => piece.Index == 0).Select(piece => piece.Arguments)));
        var body = Assert.Single(bench.Server.Bodies);
        Assert.Equal(("weather", true, "now"), ((string?)body["tools"]![0]!["function"]!["name"], (bool)body["tools"]![0]!["function"]!["strict"]!, (string?)body["tools"]![1]!["function"]!["name"]));
        Assert.Equal(("weather", false), ((string?)body["tool_choice"]!["function"]!["name"], (bool)body["parallel_tool_calls"]!));
        Assert.Null(body["messages"]![1]!["content"]);
        Assert.Equal(("c0", "{}", "c0"), ((string?)body["messages"]![1]!["tool_calls"]![0]!["id"], (string?)body["messages"]![1]!["tool_calls"]![0]!["function"]!["arguments"], (string?)body["messages"]![2]!["tool_call_id"]));
    }

    [Fact]
    public async Task Tools_that_may_not_be_called_are_not_sent()
    {
        await using var bench = await RemoteBench.Start((context, _) => Sse(context, Piece("x", reason: "stop") + "data: [DONE]\n\n"));
        Assert.Equal("x", (await bench.RunsOf(command => command with { Tools = Tools, ToolChoice = new() { Mode = "none" } })[0].Completion).Text);
        Assert.False(Assert.Single(bench.Server.Bodies).ContainsKey("tools"));
    }

    [Theory]
    [InlineData("""{"index":0,"function":{"arguments":"{}"}}""")]
    [InlineData("""{"index":3,"id":"c","function":{"name":"weather","arguments":"{}"}}""")]
    public async Task A_call_without_its_beginning_is_the_servers_fault(string call)
    {
        await using var bench = await RemoteBench.Start((context, _) => Sse(context, $$$"""data: {"choices":[{"index":0,"delta":{"tool_calls":[{{{call}}}]}}]}""" + "\n\n"));
        var failed = await Assert.ThrowsAsync<GenerationFailedException>(() => bench.RunsOf(command => command with { Tools = Tools })[0].Completion);
        Assert.Equal("engine_fault", failed.Problem.Code);
    }
}
