using System.Text.Json;
using OpenAI.Chat;

namespace Aigc.Application.Tests.Conformance;

/// <summary>What the official .NET client can do here, endpoint by endpoint.</summary>
internal static class DotNetChecks
{
    public static IReadOnlyList<Check> All { get; } = [.. Models, .. Chat, .. Embeddings, .. ModerationChecks.All, .. ResponseChecks.All, .. FileChecks.All];

    private static IEnumerable<Check> Models =>
    [
        new("models", "list", async c => Assert.Equal([Clients.Classifier, Clients.Model], (await c.OpenAI.GetOpenAIModelClient().GetModelsAsync()).Value.Select(model => model.Id))),
        new("models", "get one", async c => Assert.Equal(Clients.Model, (await c.OpenAI.GetOpenAIModelClient().GetModelAsync(Clients.Model)).Value.Id)),
        new("models", "an unknown one is 404", async c => Assert.Equal(404, (await Clients.Refused(() => c.OpenAI.GetOpenAIModelClient().GetModelAsync("none"))).Status)),
    ];

    private static IEnumerable<Check> Chat =>
    [
        new("chat/completions", "whole", async c =>
        {
            var answer = (await Client(c).CompleteChatAsync("ping")).Value;
            Assert.Equal(("pong pong", ChatFinishReason.Stop, 8), (answer.Content[0].Text, answer.FinishReason, answer.Usage.TotalTokenCount));
        }),
        new("chat/completions", "streamed, with usage", async c =>
        {
            var (text, tokens) = ("", 0);
            await foreach (var update in Client(c).CompleteChatStreamingAsync("ping"))
            {
                text += string.Concat(update.ContentUpdate.Select(part => part.Text));
                tokens = update.Usage?.TotalTokenCount ?? tokens;
            }

            Assert.Equal(("pong pong", 8), (text, tokens));
        }),
        new("chat/completions", "system, user and assistant turns", async c =>
            Assert.Equal("pong pong", (await Client(c).CompleteChatAsync([new SystemChatMessage("Be brief."), new UserChatMessage("a"), new AssistantChatMessage("b"), new UserChatMessage("c")])).Value.Content[0].Text)),
        new("chat/completions", "JSON by a schema", async c =>
        {
            var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("x", BinaryData.FromString("""{"type":"object"}"""), jsonSchemaIsStrict: true) };
            Assert.Equal("""{"answer":42}""", (await Client(c).CompleteChatAsync([new UserChatMessage("ping")], options)).Value.Content[0].Text);
        }),
        new("chat/completions", "log probabilities", async c =>
        {
            var options = new ChatCompletionOptions { IncludeLogProbabilities = true, TopLogProbabilityCount = 1 };
            Assert.Equal(["pong", " ", "pong"], (await Client(c).CompleteChatAsync([new UserChatMessage("ping")], options)).Value.ContentTokenLogProbabilities.Select(token => token.Token));
        }),
        new("chat/completions", "tools called, and their result told", async c =>
        {
            var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("weather", "Tells the weather.", BinaryData.FromString("""{"type":"object"}""")) } };
            var asked = (await Client(c).CompleteChatAsync([new UserChatMessage("ping")], options)).Value;
            Assert.Equal((ChatFinishReason.ToolCalls, "weather", "{}"), (asked.FinishReason, asked.ToolCalls[0].FunctionName, asked.ToolCalls[0].FunctionArguments.ToString()));
            List<ChatMessage> told = [new UserChatMessage("ping"), new AssistantChatMessage(asked), new ToolChatMessage(asked.ToolCalls[0].Id, "sun")];
            Assert.Equal("pong pong", (await Client(c).CompleteChatAsync(told, options)).Value.Content[0].Text);
        }),
        new("chat/completions", "a bad parameter is 400 and named", async c =>
            Assert.Contains("temperature", (await Clients.Refused(() => Client(c).CompleteChatAsync([new UserChatMessage("ping")], new ChatCompletionOptions { Temperature = 9 }))).Message, StringComparison.Ordinal)),
        new("chat/completions", "tried again by itself after 503", async c => Assert.Equal("pong pong", (await c.Unlucky().GetChatClient(Clients.Model).CompleteChatAsync("ping")).Value.Content[0].Text)),
    ];

    private static IEnumerable<Check> Embeddings =>
    [
        new("embeddings", "one text", async c =>
        {
            var vector = (await c.OpenAI.GetEmbeddingClient(Clients.Model).GenerateEmbeddingAsync("ping")).Value;
            Assert.Equal([4f, 0.5f], vector.ToFloats().ToArray());
        }),
        new("embeddings", "several texts, with usage", async c =>
        {
            var vectors = (await c.OpenAI.GetEmbeddingClient(Clients.Model).GenerateEmbeddingsAsync(["a", "bb", "ccc"])).Value;
            Assert.Equal([1f, 2f, 3f], vectors.Select(vector => vector.ToFloats().Span[0]));
            Assert.Equal(6, vectors.Usage.TotalTokenCount);
        }),
        new("embeddings", "as base64", async c =>
        {
            // This client asks for nothing else.
            var told = (await c.OpenAI.GetEmbeddingClient(Clients.Model).GenerateEmbeddingsAsync(["ping"])).GetRawResponse().Content;
            Assert.Equal(8, JsonDocument.Parse(told).RootElement.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64().Length);
        }),
        new("embeddings", "lists of tokens", async c =>
            Assert.Equal([2f, 1f], (await c.OpenAI.GetEmbeddingClient(Clients.Model).GenerateEmbeddingsAsync([new ReadOnlyMemory<int>([1, 2]), new ReadOnlyMemory<int>([3])])).Value.Select(vector => vector.ToFloats().Span[0]))),
        new("embeddings", "dimensions the model has not are 400", async c =>
            Assert.Equal(400, (await Clients.Refused(() => c.OpenAI.GetEmbeddingClient(Clients.Model).GenerateEmbeddingAsync("ping", new() { Dimensions = 1 }))).Status)),
        new("embeddings", "tried again by itself after 503", async c => Assert.Equal(2, (await c.Unlucky().GetEmbeddingClient(Clients.Model).GenerateEmbeddingAsync("ping")).Value.ToFloats().Length)),
    ];

    private static ChatClient Client(Clients clients) => clients.OpenAI.GetChatClient(Clients.Model);
}
