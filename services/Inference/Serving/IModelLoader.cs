using Aigc.Contracts.ModelTraining;

namespace Aigc.Inference.Serving;

/// <summary>Makes a local model folder serve. Other layouts are other loaders; the host does not know the difference.</summary>
internal interface IModelLoader
{
    /// <summary>Whether a folder has this loader's layout, by the files it has and nothing deeper. The first loader that says yes gets it.</summary>
    bool Recognises(string directory);

    /// <summary>Bytes of weights and caches it will need: an upper bound, from sizes alone.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason.</exception>
    long Estimate(ModelPlace place);

    /// <summary>Loads it; slow, runs on a thread of its own.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason.</exception>
    LoadedModel Load(ModelPlace place);
}

/// <summary>A model and where its files are.</summary>
/// <param name="Model">As it was asked for.</param>
/// <param name="Directory">Its folder.</param>
/// <param name="Draft">What is to propose its tokens; null for nothing.</param>
internal sealed record ModelPlace(ModelRef Model, string Directory, DraftFolder? Draft = null);
