#pragma warning disable OPENAI001 // The client calls its responses experimental.
using OpenAI.Responses;

namespace Aigc.Application.Tests.Conformance;

/// <summary>Responses by the official .NET client.</summary>
internal static class ResponseChecks
{
    public static IEnumerable<Check> All =>
    [
        new("responses", "whole", async c =>
        {
            var response = (await Client(c).CreateResponseAsync(Clients.Model, "ping")).Value;
            Assert.Equal(("pong pong", ResponseStatus.Completed, 8), (response.GetOutputText(), response.Status, response.Usage.TotalTokenCount));
        }),
        new("responses", "streamed as typed events", async c =>
        {
            var (text, last) = ("", (StreamingResponseUpdate?)null);
            await foreach (var update in await Streamed(c, new CreateResponseOptions(Clients.Model, [ResponseItem.CreateUserMessageItem("ping")])))
            {
                Assert.Equal((last?.SequenceNumber ?? -1) + 1, update.SequenceNumber);
                text += (update as StreamingResponseOutputTextDeltaUpdate)?.Delta;
                last = update;
            }

            Assert.Equal("pong pong", text);
            Assert.Equal("pong pong", Assert.IsType<StreamingResponseCompletedUpdate>(last).Response.GetOutputText());
        }),
        new("responses", "instructions, items and metadata", async c =>
        {
            var options = new CreateResponseOptions(Clients.Model, [ResponseItem.CreateDeveloperMessageItem("a"), ResponseItem.CreateUserMessageItem("b"), ResponseItem.CreateAssistantMessageItem("c"), ResponseItem.CreateUserMessageItem("d")])
            {
                Instructions = "Be brief.",
                MaxOutputTokenCount = 20,
                Temperature = 0.5f,
                TopP = 0.9f,
            };
            options.Metadata["k"] = "v";
            var response = (await Client(c).CreateResponseAsync(options)).Value;
            Assert.Equal(("pong pong", "v", 20), (response.GetOutputText(), response.Metadata["k"], response.MaxOutputTokenCount));
        }),
        new("responses", "going on from a stored one", async c =>
        {
            var first = (await Client(c).CreateResponseAsync(Clients.Model, "ping")).Value;
            Assert.Equal(first.Id, (await Client(c).CreateResponseAsync(Clients.Model, "ping", first.Id)).Value.PreviousResponseId);
        }),
        new("responses", "JSON by a schema", async c =>
        {
            var format = ResponseTextFormat.CreateJsonSchemaFormat("x", BinaryData.FromString("""{"type":"object"}"""), jsonSchemaIsStrict: true);
            var options = new CreateResponseOptions(Clients.Model, [ResponseItem.CreateUserMessageItem("ping")]) { TextOptions = new() { TextFormat = format } };
            Assert.Equal("""{"answer":42}""", (await Client(c).CreateResponseAsync(options)).Value.GetOutputText());
        }),
        new("responses", "a tool called, and its answer given back", async c =>
        {
            var tool = ResponseTool.CreateFunctionTool("weather", BinaryData.FromString("""{"type":"object"}"""), strictModeEnabled: false, functionDescription: "Tells the weather.");
            var asked = (await Client(c).CreateResponseAsync(new CreateResponseOptions(Clients.Model, [ResponseItem.CreateUserMessageItem("ping")]) { Tools = { tool } })).Value;
            var call = Assert.IsType<FunctionCallResponseItem>(Assert.Single(asked.OutputItems), exactMatch: false);
            Assert.Equal(("weather", "{}"), (call.FunctionName, call.FunctionArguments.ToString()));
            var streamed = new CreateResponseOptions(Clients.Model, [ResponseItem.CreateFunctionCallOutputItem(call.CallId, "sun")]) { PreviousResponseId = asked.Id, Tools = { tool } };
            Assert.Equal("pong pong", (await Client(c).CreateResponseAsync(streamed)).Value.GetOutputText());
            var done = new List<string>();
            await foreach (var update in await Streamed(c, new CreateResponseOptions(Clients.Model, [ResponseItem.CreateUserMessageItem("ping")]) { Tools = { tool } }))
            {
                done.AddRange(update is StreamingResponseFunctionCallArgumentsDoneUpdate { FunctionArguments: var arguments } ? [arguments.ToString()] : []);
            }

            Assert.Equal(["{}"], done);
        }),
        new("responses", "read, input items, delete", async c =>
        {
            var id = (await Client(c).CreateResponseAsync(Clients.Model, "ping")).Value.Id;
            Assert.Equal("pong pong", (await Client(c).GetResponseAsync(id)).Value.GetOutputText());
            var items = new List<ResponseItem>();
            await foreach (var item in Client(c).GetResponseInputItemsAsync(id))
            {
                items.Add(item);
            }

            Assert.Equal("ping", Assert.IsType<MessageResponseItem>(Assert.Single(items), exactMatch: false).Content[0].Text);
            Assert.True((await Client(c).DeleteResponseAsync(id)).Value.Deleted);
            Assert.Equal(404, (await Clients.Refused(() => Client(c).GetResponseAsync(id))).Status);
        }),
        new("responses", "in the background, polled", async c =>
        {
            var response = (await Client(c).CreateResponseAsync(Background("ping"))).Value;
            Assert.Equal(ResponseStatus.Queued, response.Status);
            Assert.Equal("pong pong", (await Until(c, response.Id, ResponseStatus.Completed)).GetOutputText());
        }),
        new("responses", "in the background, cancelled", async c =>
        {
            var id = (await Client(c).CreateResponseAsync(Background(ConformanceHost.Endless))).Value.Id;
            Assert.Equal(ResponseStatus.Cancelled, (await Client(c).CancelResponseAsync(id)).Value.Status);
        }),
        new("responses", "in the background, streamed and taken up again", async c =>
        {
            var all = new List<StreamingResponseUpdate>();
            await foreach (var update in await Streamed(c, Background("ping")))
            {
                all.Add(update);
            }

            var id = Assert.IsType<StreamingResponseCompletedUpdate>(all[^1]).Response.Id;
            var rest = new List<StreamingResponseUpdate>();
            await foreach (var update in await Client(c).GetResponseStreamingAsync(new GetResponseOptions(id) { StartingAfter = 4, StreamingEnabled = true }))
            {
                rest.Add(update);
            }

            Assert.Equal(all.Skip(5).Select(update => (update.SequenceNumber, update.GetType())), rest.Select(update => (update.SequenceNumber, update.GetType())));
        }),
        new("responses", "what the model cannot is 400 and named", async c =>
        {
            var options = new CreateResponseOptions(Clients.Model, [ResponseItem.CreateUserMessageItem("ping")]) { ReasoningOptions = new() { ReasoningEffortLevel = ResponseReasoningEffortLevel.High } };
            Assert.Contains("reasoning", (await Clients.Refused(() => Client(c).CreateResponseAsync(options))).Message, StringComparison.Ordinal);
        }),
        new("responses", "tried again by itself after 503", async c => Assert.Equal("pong pong", (await c.Unlucky().GetResponsesClient().CreateResponseAsync(Clients.Model, "ping")).Value.GetOutputText())),
    ];

    private static ResponsesClient Client(Clients clients) => clients.OpenAI.GetResponsesClient();

    private static CreateResponseOptions Background(string text) => new(Clients.Model, [ResponseItem.CreateUserMessageItem(text)]) { BackgroundModeEnabled = true };

    private static async Task<IAsyncEnumerable<StreamingResponseUpdate>> Streamed(Clients clients, CreateResponseOptions options)
    {
        options.StreamingEnabled = true;
        return await Client(clients).CreateResponseStreamingAsync(options);
    }

    private static Task<ResponseResult> Until(Clients clients, string id, ResponseStatus status) =>
        ApplicationHost.Until(async () => (await Client(clients).GetResponseAsync(id)).Value is var response && response.Status == status ? response : null);
}
