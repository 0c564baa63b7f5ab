using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults.Sagas;

namespace Aigc.ModelTraining.Imports;

/// <summary>One import, from the order to the registered model. Finished imports are kept as history.</summary>
internal sealed class ImportRun : ProcessSaga
{
    /// <summary>What was ordered.</summary>
    public ImportModel Request { get; set; } = null!;

    /// <summary>Whether nothing more happens to it.</summary>
    public bool HasEnded() => CurrentState is nameof(ImportRunStateMachine.Succeeded) or nameof(ImportRunStateMachine.Failed) or nameof(ImportRunStateMachine.Cancelled);

    /// <summary>The model, once its folder is stored.</summary>
    public ModelRef? Model { get; set; }

    /// <summary>What it is a copy of.</summary>
    public string Origin { get; set; } = "";
}
