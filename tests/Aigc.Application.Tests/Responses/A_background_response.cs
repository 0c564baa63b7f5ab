using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Application.Jobs;
using Aigc.Application.Responses;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Application.Tests.Responses;

public sealed class A_background_response : ResponseTest
{
    [Fact]
    public async Task Is_a_durable_generation_and_is_read_when_it_is_done()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        host.Client.DefaultRequestHeaders.Add("x-aigc-key", "key_1");

        var accepted = await Create(host, new { model = "small-one", input = "Hi", background = true });
        var order = await host.Neighbours.Ordered.Reader.ReadAsync();
        await host.Bus.Publish(Changed(order.GenerationId, JobStatus.Running, 1, kind: JobKinds.Generation));
        var running = await Until(host, Id(accepted), "in_progress");
        await host.Bus.Publish(Ended(order.GenerationId, JobStatus.Succeeded, "Hello"));
        var done = await Until(host, Id(accepted), "completed");

        Assert.Equal(("queued", true), (Status(accepted), accepted.GetProperty("background").GetBoolean()));
        Assert.Equal(0, running.GetProperty("output").GetArrayLength());
        Assert.Equal("Hello", Text(done));
        Assert.Equal((6, 4), (done.GetProperty("usage").GetProperty("input_tokens").GetInt32(), done.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
        Assert.Equal((null, "key_1"), (order.StreamTo, order.Job.Key));
        Assert.Equal($"resp_{order.GenerationId:N}", Id(accepted));
    }

    [Theory]
    [InlineData(JobStatus.Succeeded, "length", "incomplete")]
    [InlineData(JobStatus.Failed, "", "failed")]
    [InlineData(JobStatus.Cancelled, "", "cancelled")]
    public async Task Ends_as_its_job_does(JobStatus job, string finish, string status)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var id = Id(await Create(host, new { model = "small-one", input = "Hi", background = true }));

        await host.Bus.Publish(Ended((await host.Neighbours.Ordered.Reader.ReadAsync()).GenerationId, job, "Hel", finish));
        var ended = await Until(host, id, status);

        Assert.Equal(job == JobStatus.Failed ? "invalid_prompt" : null, ended.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.GetProperty("code").GetString() : null);
    }

    [Fact]
    public async Task Survives_a_restart_and_its_order_is_sent_again()
    {
        string id;
        await using (var first = await ApplicationHost.Start(DataRoot))
        {
            id = Id(await Create(first, new { model = "small-one", input = "Hi", background = true }));
        }

        await using var next = await ApplicationHost.Start(DataRoot);
        var order = await next.Neighbours.Ordered.Reader.ReadAsync();
        await next.Bus.Publish(Ended(order.GenerationId, JobStatus.Succeeded, "Hello"));

        Assert.Equal("Hello", Text(await Until(next, id, "completed")));
    }

    [Fact]
    public async Task Whose_end_was_not_heard_ends_all_the_same()
    {
        await using var host = await ApplicationHost.Start(DataRoot, settings: ("Aigc:Application:Responses:LookAfter", "00:00:00.050"));
        var id = Id(await Create(host, new { model = "small-one", input = "Hi", background = true }));
        var job = (await host.Neighbours.Ordered.Reader.ReadAsync()).GenerationId;

        // Written by a process that died before it told anybody; not even its deadline is there.
        await host.Get<IDocumentStore<JobDocument>>().Update(job.ToString(), stored =>
        {
            (stored.Status, stored.Due) = (JobStatus.Succeeded, null);
            stored.Result = new() { ["text"] = "Hello", ["finish"] = "stop" };
        });

        var ended = await ApplicationHost.Until(async () => await host.Get<IDocumentStore<ResponseDocument>>().Find(id) is { Ended: true, Due: null } found ? found : null);
        Assert.Equal((ResponseState.Completed, "Hello"), (ended.Status, ended.Text));
    }

    [Fact]
    public async Task Is_cancelled_at_once_and_what_comes_late_changes_nothing()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var id = Id(await Create(host, new { model = "small-one", input = "Hi", background = true }));
        var order = await host.Neighbours.Ordered.Reader.ReadAsync();
        await host.Bus.Publish(Changed(order.GenerationId, JobStatus.Running, 1, kind: JobKinds.Generation));
        await Until(host, id, "in_progress");

        var cancelled = await Json(await host.Client.PostAsync($"/v1/responses/{id}/cancel", null));
        Assert.Equal(order.GenerationId, (await host.Neighbours.Hears<CancellationRequested>()).JobId);
        await host.Bus.Publish(Ended(order.GenerationId, JobStatus.Succeeded, "Late"));
        await host.Job(order.GenerationId, job => job.Ended);

        Assert.Equal("cancelled", Status(cancelled));
        Assert.Equal("cancelled", Status(await Get(host, id)));
        Assert.Equal("cancelled", Status(await Json(await host.Client.PostAsync($"/v1/responses/{id}/cancel", null))));
    }

    [Fact]
    public async Task Alone_can_be_cancelled()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = Saying("Hello"));
        var id = Id(await Create(host, new { model = "small-one", input = "Hi" }));

        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.PostAsync($"/v1/responses/{id}/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.PostAsync("/v1/responses/resp_none/cancel", null)).StatusCode);
    }

    [Fact]
    public async Task Streams_live_from_any_number_on_and_ends_alike_for_all_readers()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var live = host.Client.PostAsJsonAsync("/v1/responses", new { model = "small-one", input = "Hi", background = true, stream = true });
        var order = await host.Neighbours.Ordered.Reader.ReadAsync();
        var id = $"resp_{order.GenerationId:N}";
        var worker = await host.Bus.GetSendEndpoint(Routes.ToQueue(order.StreamTo!.AbsolutePath));
        await host.Bus.Publish(Changed(order.GenerationId, JobStatus.Running, 1, kind: JobKinds.Generation));

        // The third piece is lost; a worker that was replaced says the first one again, otherwise.
        await worker.Send(Piece(order.GenerationId, 0, "One "));
        await worker.Send(Piece(order.GenerationId, 1, "two "));
        await ApplicationHost.Until<object>(async () => await host.Get<IDocumentStore<ResponsePiece>>().Find($"{order.GenerationId:N}:000000001"));
        await worker.Send(Piece(order.GenerationId, 0, "Uno "));
        await worker.Send(Piece(order.GenerationId, 3, "four"));
        var resumed = host.Client.GetAsync($"/v1/responses/{id}?stream=true&starting_after=5");
        await host.Bus.Publish(Ended(order.GenerationId, JobStatus.Succeeded, "One two three four"));

        var all = await Read(await live);
        var rest = await Read(await resumed);
        var later = await Read(await host.Client.GetAsync($"/v1/responses/{id}?stream=true"));

        Assert.Equal(["created", "queued", "in_progress", "output_item.added", "content_part.added"], Types(all.Take(5)));
        Assert.Equal(["One ", "two ", "three four"], all.Where(e => e.TryGetProperty("delta", out _)).Select(e => e.GetProperty("delta").GetString()));
        Assert.Equal("completed", Types(all)[^1]);
        Assert.Equal(Enumerable.Range(0, all.Count), all.Select(A_streamed_response.Number));
        Assert.Equal(all.Skip(6).Select(e => e.GetRawText()), rest.Select(e => e.GetRawText()));
        Assert.Equal(all.Select(e => e.GetRawText()), later.Select(e => e.GetRawText()));
        Assert.NotNull(order.Sampling.Seed);
    }

    [Fact]
    public async Task That_is_cancelled_ends_its_streams_with_an_event_that_clients_know()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var live = host.Client.PostAsJsonAsync("/v1/responses", new { model = "small-one", input = "Hi", background = true, stream = true });
        var order = await host.Neighbours.Ordered.Reader.ReadAsync();
        var id = $"resp_{order.GenerationId:N}";
        await ApplicationHost.Until<object>(async () => (await host.Client.GetAsync($"/v1/responses/{id}")).IsSuccessStatusCode ? new object() : null);

        await host.Client.PostAsync($"/v1/responses/{id}/cancel", null);
        var events = await Read(await live);

        Assert.Equal(("response.incomplete", "cancelled"), (events[^1].GetProperty("type").GetString(), Status(events[^1].GetProperty("response"))));
    }

    private static TextStreamed Piece(Guid generation, int number, string text) => new() { GenerationId = generation, Sequence = number, Text = text };

    private static string Id(JsonElement response) => response.GetProperty("id").GetString()!;

    private static async Task<JsonElement> Until(ApplicationHost host, string id, string status) =>
        (await ApplicationHost.Until(async () => await Get(host, id) is var response && Status(response) == status ? Tuple.Create(response) : null)).Item1;
}
