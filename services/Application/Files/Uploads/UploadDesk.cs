using Aigc.Application.OpenAI;
using Aigc.Contracts;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Files.Uploads;

/// <summary>
/// Files that come in parts. Every part is durable when it is answered, so an interrupted upload goes on where it was; an upload
/// becomes one file, however often it is completed and wherever a process died meanwhile.
/// </summary>
internal sealed class UploadDesk(
    IDocumentStore<FileUpload> uploads,
    IDocumentStore<UploadPart> parts,
    IDocumentStore<StoredFile> files,
    IArtifactStore artifacts,
    FileIntake intake,
    TimeProvider time,
    IOptions<FileStoreOptions> options)
{
    private const int MaxParts = 10_000;

    public async Task<FileUpload> Create(string tenant, RequestBody body, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var purpose = FilePurpose.Of(body.Text("purpose"));
        var most = Math.Min(options.Value.MaxUploadBytes, purpose.MaxBytes ?? long.MaxValue);
        var upload = new FileUpload
        {
            Id = $"upload_{Guid.CreateVersion7(now):N}",
            Tenant = tenant,
            FileName = FileIntake.NameOf(body.Required("filename")),
            Purpose = purpose.Name,
            Bytes = body.Whole("bytes", 1, most) ?? throw new ProblemException("missing_required_parameter", "You must provide a bytes parameter.", "bytes"),
            Life = FileLife.Read(body, "expires_after"),
            CreatedAt = now,
            ExpiresAt = now + options.Value.UploadLife,
            Due = now + options.Value.UploadLife,
        };
        // What is stored is bytes; nothing here depends on their type.
        body.Required("mime_type");
        body.Done();
        await uploads.Insert(upload, ct);
        return upload;
    }

    /// <summary>The upload, or null when this tenant has none of that id.</summary>
    public async Task<FileUpload?> Find(string tenant, string id, CancellationToken ct)
    {
        if (await uploads.Find(id, ct) is not { } upload || upload.Tenant != tenant)
        {
            return null;
        }

        if (upload.Status == UploadStatus.Pending && upload.ExpiresAt <= time.GetUtcNow())
        {
            upload.Status = UploadStatus.Expired;
        }

        return upload;
    }

    /// <summary>Its parts, in the order they came.</summary>
    public Task<IReadOnlyList<UploadPart>> Parts(FileUpload upload, CancellationToken ct) =>
        parts.Query(new DocumentQuery<UploadPart>().Where(part => part.UploadId, upload.Id).Take(MaxParts), ct);

    /// <summary>Stores a part.</summary>
    /// <exception cref="ProblemException">The upload takes no parts any more, or the part does not fit.</exception>
    public async Task<UploadPart> Add(FileUpload upload, Stream bytes, CancellationToken ct)
    {
        DemandPending(upload);
        await using var checkedBytes = new CheckedStream(bytes, options.Value.MaxPartBytes, _ => { }, _ => Task.CompletedTask);
        var artifact = await artifacts.Put(checkedBytes, "application/octet-stream", ct);
        if (artifact.Size == 0)
        {
            throw new ProblemException("part_empty", "The part has no bytes.", "data");
        }

        if (await uploads.TryUpdate(upload.Id, current => Take(current, artifact.Size), ct) is not { } taken)
        {
            throw new ProblemException("upload_not_pending", "This upload has ended, or its parts are larger together than an upload may be; create a new one.", "upload_id");
        }

        var part = new UploadPart
        {
            Id = $"part_{Guid.CreateVersion7(time.GetUtcNow()):N}",
            UploadId = taken.Id,
            Artifact = artifact,
            CreatedAt = time.GetUtcNow(),
            ExpiresAt = taken.ExpiresAt,
        };
        await parts.Insert(part, ct);
        return part;
    }

    /// <summary>Joins parts to a file, in the order of the list. Said again, the same file.</summary>
    /// <exception cref="ProblemException">A part is not there, or the bytes are not those that were announced.</exception>
    public async Task<(FileUpload Upload, StoredFile File)> Complete(FileUpload upload, RequestBody body, CancellationToken ct)
    {
        if (upload.Status == UploadStatus.Completed)
        {
            return await files.Find(upload.FileId, ct) is { } made
                ? (upload, made)
                : throw new ProblemException("not_found", "The file of this upload was deleted.", "upload_id");
        }

        DemandPending(upload);
        var chosen = await Chosen(upload, body.Texts("part_ids", MaxParts), ct);
        var (md5, purpose) = (body.Text("md5"), FilePurpose.Of(upload.Purpose));
        body.Done();
        await using var joined = new JoinedParts(chosen, artifacts);
        var file = await intake.Take(
            new IncomingFile(upload.Tenant, upload.FileId, upload.FileName, joined, upload.Bytes, [purpose]),
            _ => md5 is null || string.Equals(md5, joined.Md5(), StringComparison.OrdinalIgnoreCase)
                ? Task.FromResult(new FileTerms(purpose, upload.Life))
                : throw new ProblemException("checksum_mismatch", $"The parts have the MD5 {joined.Md5()}, not {md5}.", "md5"),
            ct);
        if (await End(upload, UploadStatus.Completed, ct) is { } completed)
        {
            return (completed, file);
        }

        if ((await uploads.Find(upload.Id, ct))?.Status == UploadStatus.Completed)
        {
            return (upload, file);
        }

        // It was cancelled while its parts were joined.
        await files.Delete(file.Id, ct);
        throw new ProblemException("upload_not_pending", "This upload was ended meanwhile.", "upload_id");
    }

    /// <summary>No file will come of it.</summary>
    public async Task<FileUpload> Cancel(FileUpload upload, CancellationToken ct)
    {
        if (upload.Status == UploadStatus.Cancelled)
        {
            return upload;
        }

        DemandPending(upload);
        return await End(upload, UploadStatus.Cancelled, ct) ?? throw new ProblemException("upload_not_pending", "This upload has ended.", "upload_id");
    }

    private async Task<FileUpload?> End(FileUpload upload, UploadStatus status, CancellationToken ct) => await uploads.TryUpdate(
        upload.Id,
        current =>
        {
            if (current.Status != UploadStatus.Pending)
            {
                return false;
            }

            current.Status = status;
            current.Due = null;
            return true;
        },
        ct);

    private bool Take(FileUpload upload, long bytes)
    {
        // A part that was sent twice counts twice: the bound is on what is stored, not on what will be used.
        upload.Received += bytes;
        return upload.Status == UploadStatus.Pending && upload.Received <= options.Value.MaxUploadBytes;
    }

    private async Task<List<UploadPart>> Chosen(FileUpload upload, IReadOnlyList<string> ids, CancellationToken ct)
    {
        var known = (await Parts(upload, ct)).ToDictionary(part => part.Id);
        var chosen = new List<UploadPart>();
        foreach (var (index, id) in ids.Index())
        {
            chosen.Add(known.Remove(id, out var part) ? part
                : throw new ProblemException("part_not_found", $"part_ids[{index}]: '{id}' is not a part of this upload, or is named twice.", "part_ids"));
        }

        var bytes = chosen.Sum(part => part.Artifact.Size);
        return bytes == upload.Bytes ? chosen
            : throw new ProblemException("bytes_mismatch", $"The parts have {bytes} bytes together, and the upload was announced with {upload.Bytes}.", "part_ids");
    }

    private static void DemandPending(FileUpload upload)
    {
        if (upload.Status != UploadStatus.Pending)
        {
            var status = upload.Status.ToString().ToLowerInvariant();
            throw new ProblemException(new Problem { Code = "upload_not_pending", Message = $"This upload is {status}; create a new one.", Param = "upload_id" });
        }
    }
}
