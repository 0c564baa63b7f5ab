using Aigc.Contracts;

namespace Aigc.Inference;

/// <summary>A model folder that cannot be served; names the file and the reason. The worker and its other models go on.</summary>
internal sealed class ModelNotLoadableException(string file, string reason, Exception? inner = null)
    : Exception($"The model cannot be loaded: {file}: {reason}.", inner)
{
    /// <summary>As the API answers it.</summary>
    public Problem Problem => new() { Code = "model_not_loadable", Message = Message, Param = file };
}
