using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Tests.Responses;

public sealed class Calls_of_a_response : ResponseTest
{
    private static readonly object Weather = new { type = "function", name = "weather", description = "Tells the weather.", parameters = new { type = "object" }, strict = true };

    [Fact]
    public async Task Are_items_of_its_output()
    {
        GenerateText? asked = null;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
        {
            asked = command;
            return reply.Send(Called(command, ""));
        });

        var response = await Create(host, new { model = "small-one", input = "Hi", tools = new[] { Weather }, tool_choice = new { type = "function", name = "weather" }, parallel_tool_calls = false });

        var call = Assert.Single(response.GetProperty("output").EnumerateArray());
        Assert.Equal(("function_call", "completed", "call_1", "weather", "{\"city\":\"Ulm\"}"), (
            call.GetProperty("type").GetString(), Status(call), call.GetProperty("call_id").GetString(), call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
        Assert.StartsWith("fc_", Id(call), StringComparison.Ordinal);
        Assert.Equal(("completed", "weather", "weather", false), (
            Status(response), response.GetProperty("tools")[0].GetProperty("name").GetString(), response.GetProperty("tool_choice").GetProperty("name").GetString(), response.GetProperty("parallel_tool_calls").GetBoolean()));
        Assert.Equal(("weather", "Tells the weather.", "{\"type\":\"object\"}", true), (asked!.Tools[0].Name, asked.Tools[0].Description, asked.Tools[0].Parameters, asked.Tools[0].Strict));
        Assert.Equal(("required", "weather", false), (asked.ToolChoice.Mode, asked.ToolChoice.Name, asked.ToolChoice.Parallel));
        Assert.Equal(response.GetRawText(), (await Get(host, Id(response))).GetRawText());
    }

    [Fact]
    public async Task Stream_as_events_that_are_the_same_when_read_again_and_lost_pieces_are_made_good()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "Look: "));
            await reply.Send(Neighbours.Piece(command, 1, "") with { ToolCalls = [new() { Index = 0, Id = "call_1", Name = "weather", Arguments = "{\"ci" }] });
            await reply.Send(Called(command, "Look: ", new ToolCall { Id = "call_2", Name = "time", Arguments = "{}" }));
        });

        var events = await Read(await Post(host, new { model = "small-one", input = "Hi", tools = new[] { Weather }, stream = true }));

        Assert.Equal(
            [
                "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta",
                "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta", "output_item.added", "function_call_arguments.delta",
                "output_text.done", "content_part.done", "output_item.done", "function_call_arguments.done", "output_item.done", "function_call_arguments.done", "output_item.done", "completed",
            ],
            Types(events));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(A_streamed_response.Number));
        var deltas = events.Where(e => e.GetProperty("type").GetString() == "response.function_call_arguments.delta").ToLookup(e => e.GetProperty("output_index").GetInt32(), e => e.GetProperty("delta").GetString());
        Assert.Equal(("{\"city\":\"Ulm\"}", "{}"), (string.Concat(deltas[1]), string.Concat(deltas[2])));
        var added = events[5].GetProperty("item");
        Assert.Equal(("function_call", "in_progress", "call_1", "weather", ""), (
            added.GetProperty("type").GetString(), Status(added), added.GetProperty("call_id").GetString(), added.GetProperty("name").GetString(), added.GetProperty("arguments").GetString()));
        var output = events[^1].GetProperty("response").GetProperty("output").EnumerateArray().Select(item => item.GetRawText());
        Assert.Equal(output, events.Where(e => e.GetProperty("type").GetString() == "response.output_item.done").OrderBy(e => e.GetProperty("output_index").GetInt32()).Select(e => e.GetProperty("item").GetRawText()));
        var again = await Read(await host.Client.GetAsync($"/v1/responses/{Id(events[0].GetProperty("response"))}?stream=true&starting_after=5"));
        Assert.Equal(events.Skip(6).Select(e => e.GetRawText()), again.Select(e => e.GetRawText()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Are_answered_by_an_item_after_the_response_or_after_the_calls_themselves(bool previous)
    {
        GenerateText? asked = null;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
        {
            asked = command;
            return reply.Send(command.Messages[^1].Role == "tool" ? Neighbours.Final(command, "Sunny.") : Called(command, "Look: ", new ToolCall { Id = "call_2", Name = "time", Arguments = "{}" }));
        });
        var first = await Create(host, new { model = "small-one", input = "Hi", tools = new[] { Weather } });
        object[] outputs = [new { type = "function_call_output", call_id = "call_1", output = "sun" }, new { type = "function_call_output", call_id = "call_2", output = new[] { new { type = "input_text", text = "noon" } } }];

        var answer = await Create(host, previous
            ? new { model = "small-one", input = outputs, previous_response_id = Id(first), tools = new[] { Weather } }
            : new { model = "small-one", input = (object[])[new { role = "user", content = "Hi" }, .. first.GetProperty("output").EnumerateArray().Cast<object>(), .. outputs], tools = new[] { Weather } });

        Assert.Equal("Sunny.", Text(answer));
        Assert.Equal([("user", "Hi", null), ("assistant", "Look: ", null), ("tool", "sun", "call_1"), ("tool", "noon", "call_2")], asked!.Messages.Select(turn => (turn.Role, turn.Content, turn.ToolCallId)));
        Assert.Equal([("call_1", "weather", "{\"city\":\"Ulm\"}"), ("call_2", "time", "{}")], asked.Messages[1].ToolCalls.Select(call => (call.Id, call.Name, call.Arguments)));
        var items = (await Json(host, $"/v1/responses/{Id(answer)}/input_items?order=asc")).GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal(("function_call_output", "call_2", "noon"), (items[^1].GetProperty("type").GetString(), items[^1].GetProperty("call_id").GetString(), items[^1].GetProperty("output").GetString()));
    }

    [Theory]
    [InlineData("""{"tools":[{"type":"function","name":"a b"}]}""", "tools[0].name")]
    [InlineData("""{"tools":[{"type":"function","name":"a"},{"type":"function","name":"a"}]}""", "tools[1].name")]
    [InlineData("""{"tools":[{"type":"function","function":{"name":"a"}}]}""", "tools[0].function")]
    [InlineData("""{"tools":[{"type":"file_search"}]}""", "tools[0].type")]
    [InlineData("""{"tools":[{"type":"function","name":"a"}],"tool_choice":{"type":"function","name":"b"}}""", "tool_choice.name")]
    [InlineData("""{"tool_choice":"required"}""", "tool_choice")]
    [InlineData("""{"tools":[{"type":"function","name":"a"}],"text":{"format":{"type":"json_object"}}}""", "text.format")]
    [InlineData("""{"tools":[{"type":"function","name":"a"}],"background":true}""", "tools")]
    [InlineData("""{"input":[{"type":"function_call_output","call_id":"x","output":"y"}]}""", "input")]
    [InlineData("""{"input":[{"type":"function_call_output","output":"y"}]}""", "input[0].call_id")]
    [InlineData("""{"input":[{"type":"function_call_output","call_id":"x"}]}""", "input[0].output")]
    [InlineData("""{"input":[{"type":"function_call","call_id":"x","name":"a","arguments":"no"}]}""", "input[0].arguments")]
    [InlineData("""{"input":[{"type":"custom_tool_call"}]}""", "input[0].type")]
    public async Task That_are_wrong_are_refused_by_their_place(string body, string param)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var request = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        request["model"] = "small-one";
        request["input"] ??= "Hi";

        var response = await host.Client.PostAsJsonAsync("/v1/responses", request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, (await Json(response)).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public void And_what_came_of_them_leave_a_conversation_together()
    {
        ChatTurn[] turns =
        [
            new() { Role = "user", Content = "Hi" },
            new() { Role = "assistant", Content = "", ToolCalls = [new() { Id = "1", Name = "a", Arguments = "{}" }] },
            new() { Role = "tool", Content = "sun", ToolCallId = "1" },
            new() { Role = "user", Content = "And?" },
        ];

        var shorter = Application.Responses.Shortening.Shorter(Application.Responses.Shortening.Shorter(turns)!);

        Assert.Equal(["And?"], shorter!.Select(turn => turn.Content));
        Assert.Null(Application.Responses.Shortening.Shorter(turns[1..3]));
    }

    private static string Id(JsonElement json) => json.GetProperty("id").GetString()!;

    private static TextGenerated Called(GenerateText command, string text, params ToolCall[] more) => Neighbours.Final(command, text) with
    {
        FinishReason = "tool_calls",
        Answers = [new() { Text = text, FinishReason = "tool_calls", ToolCalls = [new() { Id = "call_1", Name = "weather", Arguments = "{\"city\":\"Ulm\"}" }, .. more] }],
    };

    private static Task<HttpResponseMessage> Post(ApplicationHost host, object body) => host.Client.PostAsJsonAsync("/v1/responses", body);
}
