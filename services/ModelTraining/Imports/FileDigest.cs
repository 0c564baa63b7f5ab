using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aigc.ModelTraining.Imports;

/// <summary>Follows the bytes of one file and says whether they were the right ones.</summary>
internal sealed class FileDigest : IDisposable
{
    readonly IncrementalHash hash;
    readonly string? expected;

    public FileDigest(WantedFile file)
    {
        // Large files of a hub have both: their blob is a pointer and not their bytes, so SHA-256 decides where it is known.
        if (file.Sha256 is null && file.HasDigest)
        {
#pragma warning disable CA5350 // Git names blobs by SHA-1; the commit, which names them all, came from the hub over TLS.
            hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Size}\0")));
            expected = file.BlobId;
            return;
        }

        hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        expected = file.Sha256;
    }

    public void Append(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);

    /// <summary>Appends what a file holds.</summary>
    public async Task Append(string path, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            int read;
            while ((read = await stream.ReadAsync(buffer, ct)) > 0)
                hash.AppendData(buffer, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether the bytes so far are the file; true where nobody said what they should be.</summary>
    public bool Matches() => expected is null || Convert.ToHexStringLower(hash.GetCurrentHash()).Equals(expected, StringComparison.OrdinalIgnoreCase);

    public void Dispose() => hash.Dispose();
}
