using Aigc.Application.Jobs;
using Aigc.Application.Spending;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Responses;

/// <summary>Responses nobody holds a connection open for: each is a durable generation, and so a job.</summary>
internal sealed class BackgroundResponses(
    IDocumentStore<ResponseDocument> responses, IDocumentStore<JobDocument> jobs, JobDesk desk, ResponseEnds ends, Payers payers, TimeProvider time, IOptions<ApplicationOptions> options)
{
    private const int TitleLength = 60;

    /// <summary>Stores it and sets it going. The job is first: one without a response is a text nobody asks for, the other way round somebody would wait for ever.</summary>
    public async Task Accept(ResponseDocument response, ResponseRequest request, IReadOnlyList<ChatTurn> turns, CancellationToken ct)
    {
        var id = response.Generation;
        var link = payers.Link(id, response.Tenant);
        var command = new RequestGeneration
        {
            GenerationId = id,
            Job = link,
            Model = request.Wishes.Model,
            Messages = turns,
            // What has been told must come again should a worker be replaced half-way.
            Sampling = request.Stream ? request.Sampling with { Seed = request.Sampling.Seed ?? SeedOf(id) } : request.Sampling,
            StreamTo = request.Stream ? Routes.ToQueue(ResponsePieceConsumer.Queue) : null,
        };
        await desk.Submit(JobKinds.Generation, id, link, Title(turns), command, ct);
        response.Status = ResponseState.Queued;
        response.Due = time.GetUtcNow() + options.Value.Responses.LookAfter;
        await responses.Insert(response, ct);
    }

    /// <summary>The response as it stands: its job may know more than has been heard.</summary>
    public async Task<ResponseDocument> Look(ResponseDocument response, CancellationToken ct)
    {
        if (response.Ended || await jobs.Find(response.Generation.ToString(), ct) is not { } job)
        {
            return response;
        }

        if (job.Ended)
        {
            await ends.Ended(job, ct);
            return await responses.Find(response.Id, ct) ?? response;
        }

        response.Status = job.Status == JobStatus.Queued ? ResponseState.Queued : ResponseState.InProgress;
        return response;
    }

    /// <summary>Ends it at once; its job follows when it hears of it.</summary>
    public async Task<ResponseDocument> Cancel(ResponseDocument response, CancellationToken ct)
    {
        await ends.End(response, new ResponseOutcome(ResponseState.Cancelled), ct);
        if (await jobs.Find(response.Generation.ToString(), ct) is { Ended: false } job)
        {
            await desk.Cancel(job, ct);
        }

        return await responses.Find(response.Id, ct) ?? response;
    }

    private static long SeedOf(Guid id) => BitConverter.ToInt64(id.ToByteArray()) & long.MaxValue;

    private static string Title(IReadOnlyList<ChatTurn> turns) =>
        turns[^1].Content is { Length: > TitleLength } text ? text[..TitleLength] + "…" : turns[^1].Content;
}
