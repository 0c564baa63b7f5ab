namespace Aigc.Contracts.Jobs;

/// <summary>Kinds of job, as the API names them.</summary>
public static class JobKinds
{
    /// <summary>The whole chain of one chain file.</summary>
    public const string Chain = "chain";

    /// <summary>From sources to a dataset version.</summary>
    public const string DatasetBuild = "dataset-build";

    /// <summary>From a dataset version to a labelled one.</summary>
    public const string LabelingCampaign = "labeling-campaign";

    /// <summary>From datasets to a registered model.</summary>
    public const string TrainingRun = "training-run";

    /// <summary>From a model somebody published to a registered one.</summary>
    public const string ModelImport = "model-import";

    /// <summary>From a prompt to content.</summary>
    public const string Generation = "generation";

    /// <summary>From content to a receipt of one channel.</summary>
    public const string Publication = "publication";

    /// <summary>From a file of requests to a file of answers.</summary>
    public const string Batch = "batch";

    /// <summary>From a file of conversations to a registered model.</summary>
    public const string FineTuning = "fine-tuning";
}
