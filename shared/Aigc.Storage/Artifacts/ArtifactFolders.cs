using System.Security.Cryptography;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Storage.Documents;

namespace Aigc.Storage.Artifacts;

/// <summary>
/// Folders as artifacts: a manifest names the digest of every file, and the manifest's digest is the folder's. The same files give
/// the same digest, on every machine.
/// </summary>
public sealed class ArtifactFolders(IArtifactStore artifacts, string cacheDirectory)
{
    /// <summary>Stores a folder. Links are refused: what they point to is not the folder's.</summary>
    public async Task<ArtifactRef> Pack(string directory, CancellationToken ct = default)
    {
        var root = Path.GetFullPath(directory);
        var files = new List<FolderFile>();
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint))
            {
                throw new InvalidDataException($"'{Path.GetRelativePath(root, path)}' is a link; a packed folder holds files only.");
            }

            await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
            var stored = await artifacts.Put(content, "application/octet-stream", ct);
            files.Add(new FolderFile(Relative(root, path), stored.Digest, stored.Size));
        }

        using var manifest = new MemoryStream(ManifestOf(files));
        var folder = await artifacts.Put(manifest, ArtifactRef.FolderMediaType, ct);
        return folder with { Size = files.Sum(file => file.Size) };
    }

    /// <summary>The files of a folder.</summary>
    public async Task<IReadOnlyList<FolderFile>> List(ArtifactRef folder, CancellationToken ct = default)
    {
        await using var content = await artifacts.Open(folder.Digest, ct);
        var manifest = await JsonSerializer.DeserializeAsync<FolderManifest>(content, DocumentJson.Options, ct);
        return manifest?.Files ?? throw new InvalidDataException($"{folder.Digest} is not a folder manifest.");
    }

    /// <summary>Opens one file of a folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has no such file.</exception>
    public async Task<Stream> OpenFile(ArtifactRef folder, string path, CancellationToken ct = default)
    {
        var file = (await List(folder, ct)).FirstOrDefault(file => file.Path == path)
            ?? throw new FileNotFoundException($"The folder {folder.Digest} has no file '{path}'.");
        return await artifacts.Open(file.Digest, ct);
    }

    /// <summary>A local copy to read from, shared by everybody who asks for the same folder. Not to be written to.</summary>
    public async Task<string> Checkout(ArtifactRef folder, CancellationToken ct = default)
    {
        var target = Path.Combine(cacheDirectory, Digest.Checked(folder.Digest));
        if (!Directory.Exists(target))
        {
            await Place(folder, target, replace: false, ct);
        }

        return target;
    }

    /// <summary>Whether the manifest and every file it names are stored.</summary>
    public async Task<bool> IsWhole(ArtifactRef folder, CancellationToken ct = default)
    {
        if (!await artifacts.Exists(folder.Digest, ct))
        {
            return false;
        }

        foreach (var file in await List(folder, ct))
        {
            if (!await artifacts.Exists(file.Digest, ct))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Removes this machine's copy of a folder.</summary>
    public void Forget(string digest)
    {
        var copy = Path.Combine(cacheDirectory, Digest.Checked(digest));
        if (!Directory.Exists(copy))
        {
            return;
        }

        // Out of its place first: nobody may find half of it. What is left of a killed process is swept with other leftovers.
        var outgoing = $"{copy}.{Path.GetRandomFileName()}";
        Directory.Move(copy, outgoing);
        Directory.Delete(outgoing, recursive: true);
    }

    /// <summary>Removes this machine's copies of folders that are stored no more: they were erased while nobody here listened.</summary>
    public async Task ForgetErased(CancellationToken ct = default)
    {
        foreach (var copy in Directory.Exists(cacheDirectory) ? Directory.GetDirectories(cacheDirectory) : [])
        {
            var digest = Path.GetFileName(copy);
            if (Digest.IsValid(digest) && !await artifacts.Exists(digest, ct))
            {
                Forget(digest);
            }
        }
    }

    /// <summary>The digest a folder on this machine would be stored under. Nothing is stored.</summary>
    public static async Task<string> DigestOf(string directory, CancellationToken ct = default)
    {
        var files = new List<FolderFile>();
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
            files.Add(new FolderFile(Relative(directory, path), Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct)), content.Length));
        }

        return Digest.Of(ManifestOf(files));
    }

    /// <summary>A copy for people. What lay there before is replaced in one step.</summary>
    public Task Materialize(ArtifactRef folder, string directory, CancellationToken ct = default) => Place(folder, Path.GetFullPath(directory), replace: true, ct);

    private static string Relative(string root, string path) => Path.GetRelativePath(root, path).Replace('\\', '/');

    private static byte[] ManifestOf(List<FolderFile> files)
    {
        // Ordered by relative name, not by full path: the digest must not depend on where the folder lay.
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return JsonSerializer.SerializeToUtf8Bytes(new FolderManifest(files), DocumentJson.Options);
    }

    private async Task Place(ArtifactRef folder, string target, bool replace, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var incoming = $"{target}.{Path.GetRandomFileName()}";
        try
        {
            Directory.CreateDirectory(incoming);
            foreach (var file in await List(folder, ct))
            {
                await Copy(file, Contained(incoming, file.Path), ct);
            }

            if (replace && Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }

            Directory.Move(incoming, target);
        }
        catch (IOException) when (!replace && Directory.Exists(target))
        {
            // Another process placed the same folder first: same digest, same files.
        }
        finally
        {
            if (Directory.Exists(incoming))
            {
                Directory.Delete(incoming, recursive: true);
            }
        }
    }

    private async Task Copy(FolderFile file, string path, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var source = await artifacts.Open(file.Digest, ct);
        await using var destination = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        await source.CopyToAsync(destination, ct);
    }

    private static string Contained(string root, string relative)
    {
        var path = Path.GetFullPath(Path.Combine(root, relative));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new InvalidDataException($"'{relative}' leads out of its folder.");
    }

    private sealed record FolderManifest(IReadOnlyList<FolderFile> Files);
}

/// <summary>One file of a packed folder: path with forward slashes, digest, bytes.</summary>
public sealed record FolderFile(string Path, string Digest, long Size);
