using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Application.Studio.Models;

/// <summary>A training run as <c>/api/training/runs</c> tells it.</summary>
internal sealed record RunView(
    Guid Id, string Name, string State, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, string DatasetDigest, string? LabelsDigest, ModelRef? Model,
    EvaluationReport? Evaluation, bool Reused, int Crashes, Problem? Error, StepUsage Usage);
