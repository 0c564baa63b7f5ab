using System.Buffers;
using Aigc.Contracts;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Serving;

/// <summary>A draft as it is configured.</summary>
/// <param name="Source">What the setting says.</param>
/// <param name="Directory">Where its files are; empty where they are not.</param>
/// <param name="Refusal">Why they are not.</param>
internal sealed record DraftFolder(string Source, string Directory, string? Refusal = null);

/// <summary>Finds the folders of <c>Aigc:Inference:Drafts</c>.</summary>
internal sealed class DraftFolders(IOptions<InferenceOptions> options)
{
    private const int DigestLength = 64;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>The draft of a model, or why it is not there; null where none is configured.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="checkout">Gives the local copy of a stored folder.</param>
    public async Task<DraftFolder?> Find(string model, Func<ArtifactRef, Task<string>> checkout)
    {
        if (!options.Value.Drafts.TryGetValue(model, out var source) || string.IsNullOrWhiteSpace(source))
            return null;
        if (source.Length != DigestLength || source.AsSpan().ContainsAnyExcept(Hexadecimal))
            return Directory.Exists(source) ? new(source, Path.GetFullPath(source)) : new(source, "", "there is no such folder; a path on this machine or the digest of a stored folder is expected");
        try
        {
            return new(source, await checkout(new() { Digest = source, Size = 0, MediaType = ArtifactRef.FolderMediaType }));
        }
        catch (ModelNotLoadableException e)
        {
            return new(source, "", e.Message.TrimEnd('.'));
        }
    }
}
