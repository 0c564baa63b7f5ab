using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using MassTransit;

namespace Aigc.Application.Tests.Responses;

public sealed class A_streamed_response : ResponseTest
{
    private static readonly string[] TwoPieces =
    [
        "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta", "output_text.delta",
        "output_text.done", "content_part.done", "output_item.done", "completed",
    ];

    [Fact]
    public async Task Has_typed_events_with_numbers()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = Saying("One ", "two"));

        var events = await Read(await Post(host, new { model = "small-one", input = "Hi", stream = true, stream_options = new { include_obfuscation = false } }));

        Assert.Equal(TwoPieces, Types(events));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(Number));
        Assert.Equal("in_progress", Status(events[0].GetProperty("response")));
        Assert.Equal(["One ", "two"], events.Where(e => e.TryGetProperty("delta", out _)).Select(e => e.GetProperty("delta").GetString()));
        Assert.Equal("One two", events[6].GetProperty("text").GetString());
        Assert.Single(events.Where(e => e.TryGetProperty("item_id", out _)).Select(e => e.GetProperty("item_id").GetString()).Append(events[2].GetProperty("item").GetProperty("id").GetString()).Distinct());
        Assert.Equal("One two", Text(events[^1].GetProperty("response")));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task Can_be_read_again_after_any_number(int after)
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = Saying("One ", "two"));
        var told = await Read(await Post(host, new { model = "small-one", input = "Hi", stream = true }));

        var again = await Read(await host.Client.GetAsync($"/v1/responses/{told[0].GetProperty("response").GetProperty("id").GetString()}?stream=true&starting_after={after}"));

        Assert.Equal(told.Skip(after + 1).Select(e => e.GetRawText()), again.Select(e => e.GetRawText()));
    }

    [Fact]
    public async Task That_fails_half_way_says_so_and_is_stored_as_failed()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, "One "));
            await reply.Send(new TextGenerationFailed { GenerationId = command.GenerationId, Problem = new Problem { Code = "engine_fault", Message = "It broke." } });
        });

        var events = await Read(await Post(host, new { model = "small-one", input = "Hi", stream = true }));

        var failed = events[^1].GetProperty("response");
        Assert.Equal(("response.failed", "failed", "server_error"), (events[^1].GetProperty("type").GetString(), Status(failed), failed.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("One ", Text(await Get(host, failed.GetProperty("id").GetString()!)));
    }

    [Fact]
    public async Task That_fails_before_a_word_has_its_status()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
            reply.Send(new TextGenerationFailed { GenerationId = command.GenerationId, Problem = new Problem { Code = "overloaded", Message = "Later.", Transient = true } }));

        var response = await Post(host, new { model = "small-one", input = "Hi", stream = true });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("5", response.Headers.RetryAfter?.ToString());
    }

    [Fact]
    public async Task Whose_client_leaves_frees_the_worker_and_is_stored_as_cancelled()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) => reply.Send(Neighbours.Piece(command, 0, "One ")));
        using var leaving = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/responses") { Content = JsonContent.Create(new { model = "small-one", input = "Hi", stream = true }) };
        var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var id = "";
        for (string? line = ""; line is not null && !line.Contains("\"delta\"", StringComparison.Ordinal); line = await reader.ReadLineAsync(leaving.Token))
        {
            id = line.StartsWith("data: ", StringComparison.Ordinal) && JsonDocument.Parse(line[6..]).RootElement.TryGetProperty("response", out var told) ? told.GetProperty("id").GetString()! : id;
        }

        await leaving.CancelAsync();
        response.Dispose();

        await host.Neighbours.Hears<GenerationAbandoned>();
        var stored = await ApplicationHost.Until(async () => await host.Client.GetAsync($"/v1/responses/{id}") is { IsSuccessStatusCode: true } found ? found : null);
        Assert.Equal("cancelled", Status(await Json(stored)));
    }

    internal static int Number(JsonElement e) => e.GetProperty("sequence_number").GetInt32();

    private static Task<HttpResponseMessage> Post(ApplicationHost host, object body) => host.Client.PostAsJsonAsync("/v1/responses", body);
}
