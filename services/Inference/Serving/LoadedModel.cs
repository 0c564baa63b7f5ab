using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Inference.Serving;

/// <summary>A model that is ready. What it can do is said by the interfaces it has, such as <see cref="ITextModel"/>.</summary>
internal abstract class LoadedModel(ModelRef reference) : IAsyncDisposable
{
    /// <summary>As it was asked for first.</summary>
    public ModelRef Reference => reference;

    /// <summary>Key in the host.</summary>
    public string Digest => reference.Folder.Digest;

    /// <summary>Weights and caches.</summary>
    public abstract long MemoryBytes { get; }

    /// <summary>What it runs on.</summary>
    public abstract string Device { get; }

    /// <summary>How it is doing.</summary>
    public abstract ModelReport Report { get; }

    public abstract ValueTask DisposeAsync();
}

/// <summary>A model that adapters can be added to while it serves.</summary>
internal interface IAdaptedModel
{
    /// <summary>Its adapters.</summary>
    AdapterShelf Adapters { get; }
}

/// <summary>A model that answers in text, wherever it computes.</summary>
internal interface ITextModel
{
    /// <summary>Starts a request: one run for each of the answers it asks for, in their order.</summary>
    /// <param name="command">Checked for ranges already.</param>
    /// <param name="arrived">Timestamp of arrival at the worker.</param>
    /// <exception cref="Engine.GenerationFailedException">The model cannot do what the request asks.</exception>
    IReadOnlyList<ITextRun> Start(GenerateText command, long arrived);
}
