using Aigc.Application.Files.Lines;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Application.Files;

/// <summary>What a file is for and how long it lives; known when its bytes have come, at the latest.</summary>
internal sealed record FileTerms(FilePurpose Purpose, TimeSpan? Life);

/// <summary>A file that is coming in.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">Its id; the same id is taken in once.</param>
/// <param name="Name">Its name as the client says it.</param>
/// <param name="Bytes">Its bytes, read once.</param>
/// <param name="Limit">Most bytes.</param>
/// <param name="Candidates">Purposes it may have.</param>
internal sealed record IncomingFile(string Tenant, string Id, string? Name, Stream Bytes, long Limit, IReadOnlyList<FilePurpose> Candidates);

/// <summary>Takes files in, in one pass: stored, counted and checked while they come. What is refused is not stored.</summary>
internal sealed class FileIntake(IArtifactStore artifacts, IDocumentStore<StoredFile> files, TimeProvider time)
{
    private const int LongestName = 255;

    /// <summary>Takes a file in. <paramref name="terms"/> is asked when the last byte is here.</summary>
    /// <exception cref="ProblemException">A line, the name or the terms are wrong.</exception>
    public async Task<StoredFile> Take(IncomingFile incoming, Func<CancellationToken, Task<FileTerms>> terms, CancellationToken ct)
    {
        var name = NameOf(incoming.Name);
        var check = new LineCheck(incoming.Candidates);
        FileTerms? known = null;
        CheckedStream? stream = null;
        async Task AtTheEnd(CancellationToken token)
        {
            known = await terms(token);
            if (known.Purpose.MaxBytes is { } most && stream!.Bytes > most)
            {
                throw CheckedStream.TooLarge($"The file for {known.Purpose.Name}", most);
            }

            if (stream!.Bytes == 0)
            {
                throw new ProblemException("file_empty", "The file has no bytes.", "file");
            }

            check.Demand(known.Purpose);
        }

        await using (stream = new CheckedStream(incoming.Bytes, incoming.Limit, check.See, AtTheEnd))
        {
            var artifact = await artifacts.Put(stream, "application/octet-stream", ct);
            var now = time.GetUtcNow();
            var file = new StoredFile
            {
                Id = incoming.Id,
                Tenant = incoming.Tenant,
                FileName = name,
                Purpose = known!.Purpose.Name,
                Artifact = artifact,
                CreatedAt = now,
                ExpiresAt = now + (known.Life ?? known.Purpose.Life),
            };
            return await files.Insert(file, ct) ? file : (await files.Find(file.Id, ct))!;
        }
    }

    /// <summary>A new id; ids sort by time.</summary>
    public string NewId() => $"file-{Guid.CreateVersion7(time.GetUtcNow()):N}";

    /// <summary>The last part of what the client says: a name is never a path.</summary>
    /// <exception cref="ProblemException">There is none, or it is too long.</exception>
    public static string NameOf(string? told)
    {
        var name = string.Concat((told ?? "").Split('/', '\\')[^1].Where(letter => !char.IsControl(letter)));
        return name.Length is > 0 and <= LongestName
            ? name
            : throw new ProblemException("invalid_value", $"A file needs a name of 1 to {LongestName} characters.", "filename");
    }
}
