using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Imports;

/// <summary>
/// Brings one file here. Its bytes grow in a part beside the folder and move into it when they are all there and are the right ones, so a folder never holds
/// half a file; a part that was left goes on where it stopped.
/// </summary>
internal sealed class FileDownload(ImportHttp http, Retries retries)
{
    /// <summary>Downloads a file; one that is already there is left alone.</summary>
    /// <param name="target">Where it shall lie.</param>
    /// <param name="part">Where it grows; <c>.tag</c> beside it keeps the server's name for these bytes.</param>
    /// <param name="most">Most bytes it may have.</param>
    /// <param name="told">Called with the bytes there are.</param>
    public async Task Run(WantedFile file, string target, string part, long most, Func<long, ValueTask> told, CancellationToken ct)
    {
        if (File.Exists(target) && (file.Size is null || new FileInfo(target).Length == file.Size))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await retries.Run(
            async () =>
            {
                await Once(file, part, most, told, ct);
                return true;
            },
            () => Length(part),
            ct);
        File.Move(part, target, overwrite: true);
        File.Delete(Tag(part));
    }

    async Task Once(WantedFile file, string part, long most, Func<long, ValueTask> told, CancellationToken ct)
    {
        var have = Length(part);
        if (have > (file.Size ?? most))
            have = Forget(part);
        var resumed = have > 0;
        using var digest = new FileDigest(file);
        if (have != file.Size || have == 0)
            have = await Fetch(file, part, have, digest, most, told, ct);
        else
            await digest.Append(part, ct);
        if (file.Size is { } size && have != size)
            throw new IOException($"{file.Path} ended after {have} of {size} bytes.");
        if (digest.Matches())
            return;
        Forget(part);
        // The beginning may be of another day; a whole file from one answer that is wrong will be wrong again.
        throw resumed
            ? new IOException($"{file.Path} was taken up again and is not what it should be; it is fetched anew.")
            : new ProblemException("digest_mismatch", $"{file.Path} is not the file that the source promised: its digest differs. Nothing of it was kept.", "source");
    }

    async Task<long> Fetch(WantedFile file, string part, long have, FileDigest digest, long most, Func<long, ValueTask> told, CancellationToken ct)
    {
        var tag = have > 0 && File.Exists(Tag(part)) ? await File.ReadAllTextAsync(Tag(part), ct) : null;
        // Without a digest only the server can say that the rest belongs to the beginning.
        var from = tag is not null || file.HasDigest ? have : 0;
        using var answer = await http.Get(file.Address!, headers => Continue(headers, from, tag), ct);
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            Forget(part);
            throw new IOException($"{file.Path} is shorter than what is here of it; it is fetched anew.");
        }

        Answers.Check(answer, file.Path);
        if (answer.StatusCode != HttpStatusCode.PartialContent)
            from = 0;
        else if (answer.Content.Headers.ContentRange is not { } range || range.From != from)
            throw new ProblemException("source_answered_oddly", $"{answer.RequestMessage?.RequestUri?.Host} answered another part of {file.Path} than was asked for.", "source");
        if (from > 0)
            await digest.Append(part, ct);
        else
            await Remember(part, answer, ct);
        return await Write(file, part, from, answer, digest, most, told, ct);
    }

    async Task<long> Write(WantedFile file, string part, long from, HttpResponseMessage answer, FileDigest digest, long most, Func<long, ValueTask> told, CancellationToken ct)
    {
        var limit = Math.Min(file.Size ?? most, most);
        if (answer.Content.Headers.ContentLength is { } announced && announced > limit - from)
            throw TooLarge(file, part, limit);
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        await using var to = new FileStream(part, from > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            var have = from;
            int read;
            while ((read = await http.Read(body, buffer, ct)) > 0)
            {
                if (read > limit - have)
                {
                    await to.DisposeAsync();
                    throw TooLarge(file, part, limit);
                }

                await to.WriteAsync(buffer.AsMemory(0, read), ct);
                digest.Append(buffer.AsSpan(0, read));
                have += read;
                await told(have);
            }

            // What is renamed is believed in the next life, also after the power was cut.
            to.Flush(flushToDisk: true);
            return have;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static void Continue(HttpRequestHeaders headers, long from, string? tag)
    {
        if (from == 0)
            return;
        headers.Range = new RangeHeaderValue(from, null);
        if (tag is not null)
            headers.IfRange = new RangeConditionHeaderValue(tag);
    }

    static async Task Remember(string part, HttpResponseMessage answer, CancellationToken ct)
    {
        // The beginning that the old tag named is overwritten now. A weak tag names no bytes.
        Forget(part);
        if (answer.Headers.ETag is { IsWeak: false, Tag: var tag })
            await File.WriteAllTextAsync(Tag(part), tag, ct);
    }

    static ProblemException TooLarge(WantedFile file, string part, long limit)
    {
        Forget(part);
        return file.Size == limit
            ? new("digest_mismatch", $"{file.Path} is not the file that the source promised: it has more than {limit} bytes. Nothing of it was kept.", "source")
            : new("model_too_large", $"{file.Path} has more bytes than the {limit} that are left for this model; an operator allows more with Aigc:Imports:MaxBytes.", "source");
    }

    static long Forget(string part)
    {
        File.Delete(part);
        File.Delete(Tag(part));
        return 0;
    }

    static long Length(string part) => new FileInfo(part) is { Exists: true } file ? file.Length : 0;

    static string Tag(string part) => part + ".tag";
}
