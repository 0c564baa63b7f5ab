namespace Aigc.Application.Files;

/// <summary>Files and uploads. Section <c>Aigc:Application:Files</c>. The defaults are OpenAI's limits.</summary>
public sealed class FileStoreOptions
{
    /// <summary>Largest file that comes in one request.</summary>
    public long MaxFileBytes { get; set; } = 512L << 20;

    /// <summary>Largest file that comes in parts.</summary>
    public long MaxUploadBytes { get; set; } = 8L << 30;

    /// <summary>Largest part.</summary>
    public long MaxPartBytes { get; set; } = 64L << 20;

    /// <summary>How long an upload may take.</summary>
    public TimeSpan UploadLife { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often expired files, uploads and results of batches are looked for.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromMinutes(1);
}
