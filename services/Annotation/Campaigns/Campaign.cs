using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Campaigns;

/// <summary>What a campaign is about, for everybody who works on its tasks. The process itself is <see cref="LabelingCampaign"/>.</summary>
internal sealed class Campaign : IDocument
{
    /// <summary>The campaign's id, as the saga's.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required DatasetVersionRef Dataset { get; init; }

    public required AnnotationSpec Annotation { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Identity of its labelled version: dataset, specification and the labelers' versions.</summary>
    public required string Key { get; init; }

    /// <summary>Tasks drawn; 0 until the automatic labelers are done.</summary>
    public int Tasks { get; set; }

    /// <summary>True when the labelled version stood already and no task was created.</summary>
    public bool Reused { get; set; }
}

/// <summary>A labelled version by the key of what it was made from.</summary>
internal sealed class LabelledVersion : IDocument
{
    /// <summary>The key.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Campaign { get; init; }

    public required DatasetVersionRef Labels { get; init; }

    public required long Agreed { get; init; }

    public required long Open { get; init; }

    public required Dictionary<string, double> Agreement { get; init; }
}
