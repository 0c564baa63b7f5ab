using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.ServiceDefaults.Sagas;

namespace Aigc.Annotation.Campaigns;

/// <summary>One order to label a sample of a dataset.</summary>
internal sealed class LabelingCampaign : ProcessSaga
{
    public RunLabelingCampaign Request { get; set; } = null!;

    public long Agreed { get; set; }

    public long Open { get; set; }

    public DatasetVersionRef? Labels { get; set; }

    public Dictionary<string, double> Agreement { get; set; } = [];

    public bool Reused { get; set; }
}
