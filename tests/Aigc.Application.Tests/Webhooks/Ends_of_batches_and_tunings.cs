using System.Text.Json;
using Aigc.Application.Batches;
using Aigc.Application.FineTuning;
using Aigc.Application.Tests.Batches;
using Aigc.Application.Webhooks;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;

namespace Aigc.Application.Tests.Webhooks;

public sealed class Ends_of_batches_and_tunings : BatchTest
{
    [Fact]
    public async Task A_batch_that_was_answered_is_told_signed_and_once()
    {
        await using var receiver = await Receiver.Start();
        await using var host = await ApplicationHost.Start(DataRoot, settings: A_webhook.Local);
        var endpoint = await A_webhook.Create(host, receiver, "batch.completed", "batch.failed");

        var batch = Id(await Start(host.Client, Requests(2)));
        var call = (await receiver.Gets(1))[0];

        Assert.Equal(A_webhook.Signature(endpoint.GetProperty("secret").GetString()!, call), call.Signature);
        Assert.Equal(("batch.completed", batch), Told(call));
        Assert.Single(JsonDocument.Parse(call.Body).RootElement.GetProperty("data").EnumerateObject());
        await host.Job(BatchRun.Parse(batch)!.Value, job => job.Due is null);
        Assert.Equal(1, await host.Get<IDocumentStore<WebhookDelivery>>().Count(new DocumentQuery<WebhookDelivery>(), Ct));
    }

    [Theory]
    [InlineData(JobKinds.Batch, JobStatus.Failed, "invalid_batch", "batch.failed")]
    [InlineData(JobKinds.Batch, JobStatus.Failed, "batch_expired", "batch.expired")]
    [InlineData(JobKinds.Batch, JobStatus.Cancelled, null, "batch.cancelled")]
    [InlineData(JobKinds.FineTuning, JobStatus.Succeeded, null, "fine_tuning.job.succeeded")]
    [InlineData(JobKinds.FineTuning, JobStatus.Failed, "training_file_too_small", "fine_tuning.job.failed")]
    [InlineData(JobKinds.FineTuning, JobStatus.Cancelled, null, "fine_tuning.job.cancelled")]
    public async Task Every_end_has_its_name_and_is_told_once_however_often_it_is_heard(string kind, JobStatus status, string? code, string type)
    {
        await using var receiver = await Receiver.Start();
        await using var host = await ApplicationHost.Start(DataRoot, settings: A_webhook.Local);
        await A_webhook.Create(host, receiver, [.. WebhookEventTypes.All.Where(known => !known.StartsWith("job.", StringComparison.Ordinal))]);
        var (id, last) = (Guid.NewGuid(), Guid.NewGuid());
        var end = Changed(id, status, 1, kind: kind) with { Error = code is null ? null : new Problem { Code = code, Message = "It ended." } };

        await host.Bus.Publish(end, Ct);
        await receiver.Gets(1);
        await host.Bus.Publish(end, Ct);
        await host.Bus.Publish(end with { Sequence = 2 }, Ct);
        await host.Bus.Publish(Changed(last, JobStatus.Succeeded, 1, kind: JobKinds.Batch), Ct);
        var calls = await receiver.Gets(2);

        Assert.Equal([(type, kind == JobKinds.Batch ? BatchRun.IdOf(id) : TuningRun.IdOf(id)), ("batch.completed", BatchRun.IdOf(last))], calls.Select(Told));
    }

    private static (string? Type, string? Id) Told(Call call)
    {
        var told = JsonDocument.Parse(call.Body).RootElement;
        return (told.GetProperty("type").GetString(), told.GetProperty("data").GetProperty("id").GetString());
    }
}
