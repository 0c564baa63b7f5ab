using System.Globalization;
using System.Text.Json;
using Aigc.Application.Files.Lines;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Artifacts;

namespace Aigc.Application.Batches.Lines;

/// <summary>One request of a batch. All its ids follow from the batch and the line, so that running it again is running the same.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Job">The batch's link: whose it is, and who pays.</param>
/// <param name="Endpoint">Route it is a request to.</param>
/// <param name="Line">Number of its line, from 1.</param>
/// <param name="CustomId">What the client calls it.</param>
/// <param name="Body">The request's body.</param>
internal sealed record BatchRequest(Guid Batch, JobLink Job, string Endpoint, int Line, string CustomId, JsonElement Body)
{
    /// <summary>Identity of the work: the same line is the same generation to a worker.</summary>
    public Guid Id { get; } = IdOf(Batch, Line);

    public static Guid IdOf(Guid batch, int line) => Digest.ToGuid("batch-line", batch.ToString("N"), line.ToString(CultureInfo.InvariantCulture));

    /// <summary>The request of a line that has been checked.</summary>
    public static BatchRequest Of(Guid batch, JobLink job, string endpoint, JsonLine line) =>
        new(batch, job, endpoint, line.Number, line.Text("custom_id")!, line.Json.GetProperty("body"));

    /// <summary>The model a line names, where it does.</summary>
    public static string? ModelOf(JsonLine line) =>
        line.Fault is null && line.Json.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String ? model.GetString() : null;
}
