using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Studio.Models;

/// <summary>A training run as <c>/api/training/runs</c> tells it.</summary>
internal sealed record RunView(
    Guid Id, string Name, string State, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, string DatasetDigest, string? LabelsDigest, ModelRef? Model,
    EvaluationReport? Evaluation, bool Reused, int Crashes, Problem? Error, StepUsage Usage);

/// <summary>A version as <c>/api/models/{model}/versions</c> tells it.</summary>
internal sealed record VersionRow(string Digest, bool Current, RegisteredModel Version);

/// <summary>A page of them.</summary>
internal sealed record PageOfVersions(List<VersionRow> Data, long Total);
