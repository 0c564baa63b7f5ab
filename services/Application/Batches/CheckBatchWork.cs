using System.Text.Json;
using Aigc.Application.Batches.Lines;
using Aigc.Application.Files.Lines;
using Aigc.Contracts;
using Aigc.Contracts.Application;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Batches;

/// <summary>Reads the requests of a batch before any is run: all of them can be, or none is.</summary>
internal sealed class CheckBatchWork(IArtifactStore artifacts, IOptions<BatchOptions> options) : IWork<CheckBatch>
{
    private const int MostFaults = 100;

    public string IdOf(CheckBatch command) => $"batch-check/{command.BatchId}";

    public (Guid JobId, JobLink Job) JobOf(CheckBatch command) => (command.BatchId, command.Job);

    public object Failed(CheckBatch command, Problem problem) => new BatchStepFailed { BatchId = command.BatchId, Problem = problem };

    public async Task<object> Run(CheckBatch command, WorkContext context, CancellationToken ct)
    {
        await using var input = await artifacts.Open(command.Input.Digest, ct);
        var (faults, ids, models) = (new List<BatchFault>(), new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var lines = 0;
        await foreach (var line in JsonLine.ReadAll(input, ct))
        {
            if (++lines > options.Value.MaxLines)
            {
                faults.Insert(0, new BatchFault { Code = "too_many_requests", Message = $"The file has more than the {options.Value.MaxLines} requests a batch may have.", Line = line.Number });
                break;
            }

            if (Fault(command, line, ids) is { } fault && faults.Count < MostFaults)
            {
                faults.Add(new BatchFault { Code = fault.Code, Message = fault.Message, Param = fault.Field, Line = line.Number });
            }
            else if (BatchRequest.ModelOf(line) is { } model && models.Count < 2)
            {
                models.Add(model);
            }
        }

        if (lines == 0)
        {
            faults.Add(new BatchFault { Code = "empty_file", Message = "The file has no requests." });
        }

        return faults.Count > 0
            ? new BatchRefused { BatchId = command.BatchId, Faults = faults }
            : new BatchChecked { BatchId = command.BatchId, Lines = lines, Model = models.Count == 1 ? models.Single() : null };
    }

    private static LineFault? Fault(CheckBatch command, JsonLine line, HashSet<string> ids) =>
        BatchLine.Check(line) switch
        {
            { } fault => fault,
            _ when !ids.Add(line.Text("custom_id")!) => new("duplicate_custom_id", "custom_id", $"The custom_id '{line.Text("custom_id")}' was used by an earlier line; each names one request."),
            _ when line.Text("method") != "POST" => new("invalid_method", "method", $"The method must be POST, not '{line.Text("method")}'."),
            _ when line.Text("url") != command.Endpoint => new("mismatched_url", "url", $"The url must be the batch's endpoint, {command.Endpoint}, not '{line.Text("url")}'."),
            _ => null,
        };
}
