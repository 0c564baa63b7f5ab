using System.ComponentModel.DataAnnotations;

namespace Aigc.Storage;

/// <summary>Where documents and artifacts are kept. Section <c>Aigc</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>Folder of everything embedded. Default: <c>~/.aigc</c>.</summary>
    [Required]
    public string DataRoot { get; set; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aigc");

    /// <summary>Documents.</summary>
    public DocumentOptions Documents { get; set; } = new();

    /// <summary>Artifacts.</summary>
    public ArtifactOptions Artifacts { get; set; } = new();
}

/// <summary>Section <c>Aigc:Documents</c>.</summary>
public sealed class DocumentOptions
{
    /// <summary>Embedded (one SQLite file) or MongoDb.</summary>
    public DocumentProvider Provider { get; set; } = DocumentProvider.Embedded;

    /// <summary>MongoDB connection string; required for MongoDb.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>MongoDB database.</summary>
    public string Database { get; set; } = "aigc";
}

/// <summary>Document stores.</summary>
public enum DocumentProvider
{
    /// <summary>One SQLite file under the data root.</summary>
    Embedded,

    /// <summary>MongoDB.</summary>
    MongoDb,
}

/// <summary>Section <c>Aigc:Artifacts</c>.</summary>
public sealed class ArtifactOptions
{
    /// <summary>Files or S3.</summary>
    public ArtifactProvider Provider { get; set; } = ArtifactProvider.Files;

    /// <summary>S3 endpoint; null for the region's own.</summary>
    public Uri? ServiceUrl { get; set; }

    /// <summary>S3 bucket; required for S3.</summary>
    public string? Bucket { get; set; }

    /// <summary>S3 region.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>S3 access key; null to use the machine's own identity.</summary>
    public string? AccessKey { get; set; }

    /// <summary>S3 secret key.</summary>
    public string? SecretKey { get; set; }
}

/// <summary>Artifact stores.</summary>
public enum ArtifactProvider
{
    /// <summary>Files under the data root.</summary>
    Files,

    /// <summary>An S3-speaking object store.</summary>
    S3,
}
