using System.Text.Json;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;
using Aigc.Storage.Leases;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Faults;

/// <summary>A message that was given up, without what it says: that is its tenant's.</summary>
internal sealed record FaultView(string Id, string Queue, string Message, string Error, DateTimeOffset At, int Times);

/// <summary>Messages that were given up: seen, sent again, thrown away. For those who run the installation, since messages are of every tenant.</summary>
internal static class FaultRoutes
{
    private const int MostListed = 200;
    private const string Scope = "admin";

    public static void MapFaults(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/faults").WithTags("Operate").AddEndpointFilter(async (context, next) =>
            context.HttpContext.Caller() is { RunsInstallation: true } caller && caller.May(Scope)
                ? await next(context)
                : ApiErrors.Result(StatusCodes.Status403Forbidden, "installation_only", "Messages of every tenant are looked after by those who run the installation."));
        group.MapGet("", List).WithSummary("Messages that could not be handled, the latest first.");
        group.MapPost("{id}/replay", Replay).WithSummary("Sends the message to its queue again.");
        group.MapDelete("{id}", Discard).WithSummary("Throws the message away.");
    }

    private static async Task<IResult> List(IDocumentStore<FaultDocument> faults, string? queue, int? limit, int? skip, CancellationToken ct)
    {
        if (limit is < 1 or > MostListed || skip is < 0)
            return ApiErrors.Result(StatusCodes.Status400BadRequest, "limit_invalid", $"limit is between 1 and {MostListed}, skip at least 0.", "limit");
        var all = new DocumentQuery<FaultDocument>();
        all = queue is null ? all : all.Where(fault => fault.Queue, queue);
        var page = await faults.Query(all.OrderBy(fault => fault.At, descending: true).Skip(skip ?? 0).Take(limit ?? 50), ct);
        return Results.Ok(new { data = page.Select(View) });
    }

    // Under a lock, and gone from the list when it is sent: pressed twice, it is sent once. A crash in between leaves it there, and handling is idempotent.
    private static Task<IResult> Replay(string id, HttpContext http, IDocumentStore<FaultDocument> faults, Locks locks, Resending resending, AdministrativeActs acts, CancellationToken ct) =>
        Take(id, "fault.replayed", http, faults, locks, acts, fault => resending.Send(fault.Queue, fault.ContentType, fault.Body, fault.MessageId, ct), ct);

    private static Task<IResult> Discard(string id, HttpContext http, IDocumentStore<FaultDocument> faults, Locks locks, AdministrativeActs acts, CancellationToken ct) =>
        Take(id, "fault.discarded", http, faults, locks, acts, _ => Task.CompletedTask, ct);

    private static Task<IResult> Take(
        string id, string act, HttpContext http, IDocumentStore<FaultDocument> faults, Locks locks, AdministrativeActs acts, Func<FaultDocument, Task> what, CancellationToken ct) =>
        locks.Hold(
            $"fault/{id}",
            async () =>
            {
                if (await faults.Find(id, ct) is not { } fault)
                    return ApiErrors.NotFound("fault", id);
                await what(fault);
                await faults.Delete(id, ct);
                var view = View(fault);
                await acts.Tell(http, act, id, new Dictionary<string, string> { ["queue"] = view.Queue, ["message"] = view.Message });
                return Results.Ok(view);
            },
            ct);

    private static FaultView View(FaultDocument fault) => new(fault.Id, fault.Queue, KindOf(fault.Body), fault.Error, fault.At, fault.Times);

    // The envelope names what is in it: "urn:message:Aigc.Contracts.Inference:GenerateText".
    private static string KindOf(string body)
    {
        try
        {
            using var envelope = JsonDocument.Parse(body);
            return envelope.RootElement.GetProperty("messageType")[0].GetString()!.Split(':')[^1];
        }
        catch (Exception foreign) when (foreign is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return "unknown";
        }
    }
}
