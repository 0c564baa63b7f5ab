using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aigc.Inference.Serving.Remote;

/// <summary>What <c>remote.json</c> says: which engine, by its name in the configuration, and which of its models. Never where it is.</summary>
internal sealed record RemoteManifest
{
    /// <summary>Name of the file.</summary>
    public const string File = "remote.json";

    private const int MostBytes = 1 << 16;

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Name under <c>Aigc:Inference:Remotes</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>The server's name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Tokens of prompt and answer together.</summary>
    [JsonRequired]
    public int ContextLength { get; init; }

    /// <summary>Reads a folder's.</summary>
    /// <exception cref="ModelNotLoadableException">Names the reason.</exception>
    public static RemoteManifest Read(string directory)
    {
        try
        {
            var file = new FileInfo(Path.Combine(directory, File));
            if (file.Length > MostBytes)
                throw new ModelNotLoadableException(File, FormattableString.Invariant($"it has {file.Length} bytes, and at most {MostBytes} are read"));
            var manifest = JsonSerializer.Deserialize<RemoteManifest>(System.IO.File.ReadAllBytes(file.FullName), Strict)
                ?? throw new ModelNotLoadableException(File, "it is null");
            if (manifest.Engine.Length == 0 || manifest.Model.Length == 0 || manifest.ContextLength < 2)
                throw new ModelNotLoadableException(File, "engine and model must not be empty, and context_length must be 2 or more");
            return manifest;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelNotLoadableException(File, e is JsonException ? e.Message.TrimEnd('.') : "it cannot be read", e);
        }
    }
}
