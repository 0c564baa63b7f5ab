using Aigc.Contracts.ModelTraining;

namespace Aigc.Inference.Serving;

/// <summary>Makes a local model folder serve. Other layouts are other loaders; the host does not know the difference.</summary>
internal interface IModelLoader
{
    /// <summary>Whether a folder has this loader's layout, by the files it has and nothing deeper. The first loader that says yes gets it.</summary>
    bool Recognises(string directory);

    /// <summary>Bytes of weights and cache the folder will need: an upper bound, from sizes alone.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason.</exception>
    long Estimate(string directory);

    /// <summary>Loads it; slow, runs on a thread of its own.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason.</exception>
    LoadedModel Load(ModelRef model, string directory);
}
