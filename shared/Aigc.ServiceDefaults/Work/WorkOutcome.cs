using System.Text.Json;
using Aigc.Contracts;
using Aigc.Storage.Documents;

namespace Aigc.ServiceDefaults.Work;

/// <summary>The event a piece of work ended with, kept as text. Only contract types are ever made from it.</summary>
internal static class WorkOutcome
{
    public static void Write(WorkRecord record, object outcome)
    {
        record.OutcomeType = outcome.GetType().FullName;
        record.Outcome = JsonSerializer.Serialize(outcome, outcome.GetType(), DocumentJson.Options);
        record.Status = WorkStatus.Finished;
        record.ClaimableAt = null;
    }

    public static object Read(WorkRecord record)
    {
        var type = typeof(ArtifactRef).Assembly.GetType(record.OutcomeType!, throwOnError: true)!;
        return JsonSerializer.Deserialize(record.Outcome!, type, DocumentJson.Options)!;
    }
}
