using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults.Sagas;

namespace Aigc.ModelTraining.Runs;

/// <summary>One run, from the order to the registered model. Finished runs are kept as history.</summary>
internal sealed class TrainingRun : ProcessSaga
{
    /// <summary>What was ordered.</summary>
    public TrainModel Request { get; set; } = null!;

    /// <summary>The model, once it is fitted, whether it passed or not.</summary>
    public ModelRef? Model { get; set; }

    /// <summary>How good it is.</summary>
    public EvaluationReport? Evaluation { get; set; }

    /// <summary>True when nothing was trained because nothing had changed.</summary>
    public bool Reused { get; set; }

    /// <summary>Times the trainer died and was resumed.</summary>
    public int Crashes { get; set; }
}
