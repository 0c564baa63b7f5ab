using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Tests.OpenAI;

public sealed class Tool_calls : ServiceTest
{
    private static readonly object[] Hi = [new { role = "user", content = "Hi" }];

    private static readonly object Weather = Function("weather");

    [Fact]
    public async Task Reach_the_worker_and_come_back_in_OpenAIs_shape()
    {
        GenerateText? asked = null;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
        {
            asked = command;
            return reply.Send(Called(command, ""));
        });

        var answer = await Json(await Post(host, new
        {
            model = "small-one",
            messages = new object[]
            {
                new { role = "user", content = "Hi" },
                new { role = "assistant", content = (string?)null, tool_calls = new[] { new { id = "call_0", type = "function", function = new { name = "weather", arguments = "{\"city\":\"Bern\"}" } } } },
                new { role = "tool", tool_call_id = "call_0", content = "7 degrees" },
            },
            tools = new[] { new { type = "function", function = new { name = "weather", description = "Tells the weather.", parameters = new { type = "object" }, strict = true } } },
            tool_choice = new { type = "function", function = new { name = "weather" } },
            parallel_tool_calls = false,
        }));

        var choice = answer.GetProperty("choices")[0];
        // OpenAI's own: a call of the one function that was named is no reason to end, "stop" is.
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        var call = choice.GetProperty("message").GetProperty("tool_calls")[0];
        Assert.Equal(("call_1", "function", "weather", "{\"city\":\"Ulm\"}"), (
            call.GetProperty("id").GetString(), call.GetProperty("type").GetString(), call.GetProperty("function").GetProperty("name").GetString(), call.GetProperty("function").GetProperty("arguments").GetString()));
        Assert.Equal(["user", "assistant", "tool"], asked!.Messages.Select(turn => turn.Role));
        Assert.Equal(("call_0", "weather", "{\"city\":\"Bern\"}"), (asked.Messages[1].ToolCalls[0].Id, asked.Messages[1].ToolCalls[0].Name, asked.Messages[1].ToolCalls[0].Arguments));
        Assert.Equal(("", "call_0"), (asked.Messages[1].Content, asked.Messages[2].ToolCallId));
        Assert.Equal(("weather", "Tells the weather.", "{\"type\":\"object\"}", true), (asked.Tools[0].Name, asked.Tools[0].Description, asked.Tools[0].Parameters, asked.Tools[0].Strict));
        Assert.Equal(("required", "weather", false), (asked.ToolChoice.Mode, asked.ToolChoice.Name, asked.ToolChoice.Parallel));
    }

    [Fact]
    public async Task An_answer_without_calls_has_no_key_for_them()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) => reply.Send(Neighbours.Final(command, "Hello.")));

        var message = (await Json(await Post(host, new { model = "small-one", messages = Hi, tools = new[] { Weather } }))).GetProperty("choices")[0].GetProperty("message");

        Assert.False(message.TryGetProperty("tool_calls", out _));
        Assert.Equal("Hello.", message.GetProperty("content").GetString());
    }

    [Fact]
    public async Task Stream_as_deltas_and_lost_pieces_are_made_good()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "Look: "));
            await reply.Send(Calls(command, 1, new ToolCallPiece { Index = 0, Id = "call_1", Name = "weather", Arguments = "{\"ci" }));
            await reply.Send(Calls(command, 3, new ToolCallPiece { Index = 1, Id = "call_2", Name = "time", Arguments = "{}" }));
            await reply.Send(Called(command, "Look: ", new ToolCall { Id = "call_2", Name = "time", Arguments = "{}" }));
        });

        var (chunks, done) = await Chat_completions.Chunks(await Post(host, new { model = "small-one", messages = Hi, tools = new[] { Weather }, stream = true }));

        Assert.True(done);
        Assert.False(chunks[0].GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out _));
        var deltas = chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta")).ToList();
        Assert.Equal("Look: ", string.Concat(deltas.Select(delta => delta.TryGetProperty("content", out var text) ? text.GetString() : "")));
        var pieces = deltas.Where(delta => delta.TryGetProperty("tool_calls", out _)).SelectMany(delta => delta.GetProperty("tool_calls").EnumerateArray()).ToLookup(call => call.GetProperty("index").GetInt32());
        Assert.Equal("{\"city\":\"Ulm\"}", Arguments(pieces[0]));
        Assert.Equal("{}", Arguments(pieces[1]));
        Assert.Equal([("call_1", "function", "weather"), ("call_2", "function", "time")], new[] { 0, 1 }.Select(index => pieces[index].First()).Select(first => (
            first.GetProperty("id").GetString(), first.GetProperty("type").GetString(), first.GetProperty("function").GetProperty("name").GetString())));
        Assert.All(pieces.SelectMany(call => call.Skip(1)), later => Assert.False(later.TryGetProperty("id", out _) || later.GetProperty("function").TryGetProperty("name", out _)));
        Assert.Equal("tool_calls", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());

        static string Arguments(IEnumerable<JsonElement> call) => string.Concat(call.Select(piece => piece.GetProperty("function").GetProperty("arguments").GetString()));
    }

    [Theory]
    [InlineData("\"auto\"", "tool_calls")]
    [InlineData("\"required\"", "tool_calls")]
    [InlineData("""{"type":"function","function":{"name":"weather"}}""", "stop")]
    public async Task End_for_the_reason_the_choice_has_whole_and_streamed(string choice, string reason)
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) => reply.Send(Called(command, "")));
        var chosen = JsonDocument.Parse(choice).RootElement;

        var whole = await Json(await Post(host, new { model = "small-one", messages = Hi, tools = new[] { Weather }, tool_choice = chosen }));
        var (chunks, _) = await Chat_completions.Chunks(await Post(host, new { model = "small-one", messages = Hi, tools = new[] { Weather }, tool_choice = chosen, stream = true }));

        Assert.Equal((reason, reason), (whole.GetProperty("choices")[0].GetProperty("finish_reason").GetString(), chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString()));
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "tools", """{"tools":[{"type":"function","function":{"name":"a b"}}]}""", "tools[0].function.name" },
        { "twice", """{"tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"a"}}]}""", "tools[1].function.name" },
        { "kind", """{"tools":[{"type":"web_search"}]}""", "tools[0].type" },
        { "schema", """{"tools":[{"type":"function","function":{"name":"a","parameters":"x"}}]}""", "tools[0].function.parameters" },
        { "unknown", """{"tools":[{"type":"function","function":{"name":"a","returns":{}}}]}""", "tools[0].function.returns" },
        { "choice", """{"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":{"type":"function","function":{"name":"b"}}}""", "tool_choice.function.name" },
        { "choice mode", """{"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":"always"}""", "tool_choice" },
        { "choice without tools", """{"tool_choice":"required"}""", "tool_choice" },
        { "format", """{"tools":[{"type":"function","function":{"name":"a"}}],"response_format":{"type":"json_object"}}""", "response_format" },
        { "answer to nothing", """{"messages":[{"role":"tool","tool_call_id":"x","content":"y"}]}""", "messages[0].tool_call_id" },
        { "answer without a call", """{"messages":[{"role":"tool","content":"y"}]}""", "messages[0].tool_call_id" },
        { "arguments", """{"messages":[{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"a","arguments":"no"}}]}]}""", "messages[0].tool_calls[0].function.arguments" },
        { "who calls", """{"messages":[{"role":"user","content":"","tool_calls":[{"id":"1","type":"function","function":{"name":"a","arguments":"{}"}}]}]}""", "messages[0].tool_calls" },
        { "functions", """{"functions":[{"name":"a"}]}""", "functions" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_with_tools_is_refused_by_its_place(string what, string body, string param)
    {
        Assert.NotEmpty(what);
        await using var host = await ApplicationHost.Start(DataRoot);
        var request = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        request["model"] = "small-one";
        if (request["messages"] is null)
        {
            request["messages"] = JsonSerializer.SerializeToNode(Hi);
        }

        var response = await host.Client.PostAsJsonAsync("/v1/chat/completions", request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, (await Json(response)).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task More_than_128_functions_are_refused()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await Post(host, new { model = "small-one", messages = Hi, tools = Enumerable.Range(0, 129).Select(i => Function($"f{i}")) });

        Assert.Equal("tools", (await Json(response)).GetProperty("error").GetProperty("param").GetString());
    }

    private static object Function(string name) => new { type = "function", function = new { name } };

    private static TextStreamed Calls(GenerateText command, int sequence, params ToolCallPiece[] pieces) => Neighbours.Piece(command, sequence, "") with { ToolCalls = pieces };

    private static TextGenerated Called(GenerateText command, string text, params ToolCall[] more) => Neighbours.Final(command, text) with
    {
        FinishReason = "tool_calls",
        Answers = [new() { Text = text, FinishReason = "tool_calls", ToolCalls = [new() { Id = "call_1", Name = "weather", Arguments = "{\"city\":\"Ulm\"}" }, .. more] }],
    };

    private static Task<HttpResponseMessage> Post(ApplicationHost host, object body) => host.Client.PostAsJsonAsync("/v1/chat/completions", body);
}
