using System.Security.Cryptography;
using System.Text;
using Aigc.Contracts.ModelTraining;
using Aigc.Models.Training;
using Aigc.Storage.Documents;

namespace Aigc.ModelTraining.Fitting;

/// <summary>What was trained from what: the same inputs are answered with the same model.</summary>
internal sealed class TrainedModel : IDocument
{
    /// <summary>The key of the inputs, see <see cref="KeyOf"/>.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required Guid RunId { get; init; }

    public required ModelRef Model { get; init; }

    /// <summary>As measured; <c>Passed</c> is said anew for every gate.</summary>
    public required EvaluationReport Evaluation { get; init; }

    public required int Crashes { get; init; }

    /// <summary>Grows when the same inputs would give another model.</summary>
    const string Pipeline = "1";

    /// <summary>Digest of everything the model follows from. The gate is not among it: it judges, it does not change.</summary>
    public static string KeyOf(FitModel command)
    {
        var inputs = TrainerJson.Write(new
        {
            Pipeline,
            command.Name,
            Dataset = command.Dataset.Folder.Digest,
            Labels = command.Labels?.Folder.Digest,
            command.Job.Tenant,
            Training = command.Training with { Gate = new TrainingGate() },
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inputs)));
    }
}
