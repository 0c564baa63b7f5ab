using TorchSharp;

namespace Aigc.Trainer.Native;

/// <summary>First touch of TorchSharp, apart so that its type is not loaded before <see cref="TorchLibrary.Prepare"/>.</summary>
internal static class Torch
{
    public static void Configure(int threads) => torch.set_num_threads(threads);
}
