using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.Tests.Responses;

/// <summary>What tests of responses share.</summary>
public abstract class ResponseTest : ServiceTest
{
    internal static async Task<JsonElement> Create(ApplicationHost host, object body) => await Json(await host.Client.PostAsJsonAsync("/v1/responses", body));

    internal static Task<JsonElement> Get(ApplicationHost host, string id) => Json(host, $"/v1/responses/{id}");

    internal static async Task<JsonElement> Json(ApplicationHost host, string path) => await Json(await host.Client.GetAsync(path));

    /// <summary>The events of a stream, each as its data.</summary>
    internal static async Task<IReadOnlyList<JsonElement>> Read(HttpResponseMessage response)
    {
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = new List<JsonElement>();
        foreach (var block in (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(block => !block.StartsWith(':')))
        {
            var lines = block.Split('\n');
            var data = JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement;
            Assert.Equal(lines[0]["event: ".Length..], data.GetProperty("type").GetString());
            events.Add(data);
        }

        return events;
    }

    internal static string[] Types(IEnumerable<JsonElement> events) => [.. events.Select(e => e.GetProperty("type").GetString()!["response.".Length..])];

    internal static string Text(JsonElement response) => response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;

    internal static string Status(JsonElement response) => response.GetProperty("status").GetString()!;

    internal static JobChanged Ended(Guid id, JobStatus status, string text = "", string finish = "stop", string tenant = ApplicationHost.Tenant) =>
        Changed(id, status, 9, kind: JobKinds.Generation, tenant: tenant) with
        {
            Result = new Dictionary<string, string> { ["text"] = text, ["finish"] = finish, ["tokens"] = "4", ["promptTokens"] = "6" },
            Error = status == JobStatus.Failed ? new() { Code = "context_length_exceeded", Message = "Too long." } : null,
        };

    internal static Func<GenerateText, MassTransit.ISendEndpoint, Task> Saying(params string[] pieces) => async (command, reply) =>
    {
        foreach (var (number, text) in pieces.Index())
        {
            await reply.Send(Neighbours.Piece(command, number, text));
        }

        await reply.Send(Neighbours.Final(command, string.Concat(pieces)) with { CachedPromptTokens = 2 });
    };
}
