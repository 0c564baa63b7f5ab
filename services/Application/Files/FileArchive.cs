using Aigc.Application.Paging;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Application.Files;

/// <summary>Files of one tenant. What belongs to another, or has expired, is not there.</summary>
internal sealed class FileArchive(IDocumentStore<StoredFile> files, IArtifactStore artifacts, TimeProvider time)
{
    /// <summary>The file, or null.</summary>
    public async Task<StoredFile?> Find(string tenant, string id, CancellationToken ct) =>
        await files.Find(id, ct) is { } file && file.Tenant == tenant && Lives(file) ? file : null;

    /// <summary>A page of files, of one purpose where it is named.</summary>
    public async Task<ItemPage<StoredFile>> List(string tenant, string? purpose, PageAsked asked, CancellationToken ct)
    {
        var page = await asked.Read(
            files,
            () =>
            {
                var query = new DocumentQuery<StoredFile>().Where(file => file.Tenant, tenant);
                return purpose is null ? query : query.Where(file => file.Purpose, purpose);
            },
            file => file.Id,
            ct);
        return page with { Items = [.. page.Items.Where(Lives)] };
    }

    /// <summary>The bytes.</summary>
    public Task<Stream> Open(StoredFile file, CancellationToken ct) => artifacts.Open(file.Artifact.Digest, ct);

    /// <summary>
    /// Removes the file. The bytes stay in the artifact store: they are there by digest, and somebody else may refer to the same.
    /// </summary>
    public Task<bool> Delete(StoredFile file, CancellationToken ct) => files.Delete(file.Id, ct);

    private bool Lives(StoredFile file) => !(file.ExpiresAt <= time.GetUtcNow());
}
