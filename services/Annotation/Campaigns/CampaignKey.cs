using System.Text.Json;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Labelers;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Campaigns;

/// <summary>Checks a specification, and gives the key of its labelled version.</summary>
internal sealed class CampaignKey(LabelerSet labelers)
{
    // Grows whenever the same tasks would be exported as other bytes.
    private const string Pipeline = "annotation-1";

    private const int MostOverlap = 50;
    private const int LargestSample = 200_000;

    /// <summary>The automatic labelers of a specification.</summary>
    /// <exception cref="ProblemException"><c>annotation_invalid</c>, with the key at fault.</exception>
    public IReadOnlyList<ILabeler> Check(AnnotationSpec spec)
    {
        if (TaskKinds.Find(spec.Task) is not { } kind)
            throw Invalid("task", $"'{spec.Task}' is not a task; there are {string.Join(", ", TaskKinds.Names)}.");
        kind.Check(spec);
        if (spec.OnDisagreement is not ("continue" or "wait"))
            throw Invalid("onDisagreement", $"'{spec.OnDisagreement}' is not a policy; there are continue and wait.");
        if (spec.OnDisagreement == "continue" && !kind.HasLabelers)
            throw Invalid("onDisagreement", $"Nobody but people knows the task {spec.Task}; without them there is nothing to go on with. Say wait.");
        if (spec.Overlap is < 1 or > MostOverlap)
            throw Invalid("overlap", $"The overlap is between 1 and {MostOverlap}.");
        if (spec.Sample is < 1 or > LargestSample)
            throw Invalid("sample", $"The sample is between 1 and {LargestSample}.");
        if (spec.Labelers.Distinct(StringComparer.Ordinal).Count() != spec.Labelers.Count)
            throw Invalid("labelers", "A labeler is named twice; two of its labels would always agree.");
        // They are named by default, and say nothing where they know nothing.
        return !kind.HasLabelers ? [] : [.. spec.Labelers.Select(name => labelers.Find(name) ?? throw Invalid("labelers", $"There is no labeler '{name}'; there are {string.Join(", ", labelers.Names)}."))];
    }

    /// <summary>The key: the same key is the same labelled version.</summary>
    public string Of(string tenant, DatasetVersionRef dataset, AnnotationSpec spec) => Digest.OfParts(
        [Pipeline, tenant, dataset.Folder.Digest, JsonSerializer.Serialize(spec, DocumentJson.Options), .. Check(spec).Select(labeler => labeler.ModelVersion)]);

    private static ProblemException Invalid(string key, string message) => new("annotation_invalid", message, $"annotation.{key}");
}
