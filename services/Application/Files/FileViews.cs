namespace Aigc.Application.Files;

/// <summary>A file as the API shows it.</summary>
internal sealed record FileView(string Id, string Object, long Bytes, long CreatedAt, long? ExpiresAt, string Filename, string Purpose, string Status, string? StatusDetails)
{
    public static FileView Of(StoredFile file) => new(
        file.Id, "file", file.Artifact.Size, file.CreatedAt.ToUnixTimeSeconds(), file.ExpiresAt?.ToUnixTimeSeconds(), file.FileName, file.Purpose, "processed", null);
}

/// <summary>That a file is gone.</summary>
internal sealed record FileDeleted(string Id, string Object, bool Deleted);

/// <summary>An upload as the API shows it; the file once it is complete.</summary>
internal sealed record UploadView(string Id, string Object, long Bytes, long CreatedAt, string Filename, string Purpose, string Status, long ExpiresAt, FileView? File);

/// <summary>An upload with its parts, in the order they came: what a client that was interrupted asks for before it goes on.</summary>
internal sealed record UploadWithParts(
    string Id, string Object, long Bytes, long CreatedAt, string Filename, string Purpose, string Status, long ExpiresAt, FileView? File, IReadOnlyList<PartView> Parts);

/// <summary>A part as the API shows it. Its size is beyond OpenAI's shape.</summary>
internal sealed record PartView(string Id, string Object, long CreatedAt, string UploadId, long Bytes);
