using System.Globalization;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Orchestration.Chains;

/// <summary>What a chain run tells about what it made.</summary>
internal static class ChainFacts
{
    public static void Write(ChainRun run)
    {
        if (run.Dataset is { } dataset)
        {
            run.Result["dataset"] = dataset.Folder.Digest;
            run.Result["dataset.rows"] = Text(dataset.TrainRows + dataset.ValidationRows + dataset.TestRows);
        }

        if (run.Labels is { } labels)
        {
            run.Result["labels"] = labels.Folder.Digest;
        }

        if (run.Model is { } model)
        {
            run.Result["model"] = model.Folder.Digest;
            run.Result["model.name"] = model.Name;
        }

        run.Result["answers"] = Text(run.Answers.Count);
        run.Result["publications"] = Text(run.Receipts.Count);
    }

    /// <summary>The chain in one step, from its sources to what came out last; its links record what lies between.</summary>
    public static LineageRecorded Lineage(ChainRun run) => new()
    {
        JobId = run.CorrelationId,
        Activity = JobKinds.Chain,
        Tenant = run.Tenant,
        Inputs = [.. run.Chain.Data.Sources.Select(source => new LineageNode { Kind = "source", Id = SourceId(source), Title = source.Kind })],
        Outputs = Outputs(run),
        At = run.ChangedAt,
    };

    private static List<LineageNode> Outputs(ChainRun run) => run switch
    {
        { Receipts.Count: > 0 } => [.. run.Receipts.Select(receipt => new LineageNode { Kind = "publication", Id = receipt.Key.ToString(), Title = receipt.Value.Location })],
        { Answers.Count: > 0 } => [.. run.Answers.Values.Select(answer => new LineageNode { Kind = "content", Id = answer.Content.Digest })],
        { Model: { } model } => [new LineageNode { Kind = "model", Id = model.Folder.Digest, Title = model.Name }],
        { Labels: { } labels } => [new LineageNode { Kind = "labels", Id = labels.Folder.Digest, Title = labels.Name }],
        _ => [new LineageNode { Kind = "dataset", Id = run.Dataset!.Folder.Digest, Title = run.Dataset.Name }],
    };

    private static string SourceId(Contracts.DataSupply.DataSource source) =>
        source.Path ?? source.Upload?.Digest ?? (source.Urls.Count > 0 ? source.Urls[0].ToString() : source.Kind);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
