using System.Text.Json;
using System.Text.RegularExpressions;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Imports;

/// <summary>
/// A hub with the API of huggingface.co: <c>/api/models/{name}/revision/{revision}</c> names a commit, <c>/api/models/{name}/tree/{commit}</c> its files in
/// pages, <c>/{name}/resolve/{commit}/{path}</c> has their bytes. What it answers is not trusted.
/// </summary>
internal sealed partial class HubClient(ImportHttp http, IOptions<ImportOptions> options, Retries retries)
{
    const int LargestPage = 32 << 20;
    const int MostPages = 100;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]{0,95}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,95})?$")]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}$")]
    private static partial Regex Revision();

    [GeneratedRegex("^([0-9a-f]{40}|[0-9a-f]{64})$")]
    private static partial Regex Commit();

    [GeneratedRegex("""<([^<>]+)>\s*;[^,]*\brel="?next"?""")]
    private static partial Regex NextLink();

    /// <summary>Refuses names, revisions and subfolders that no hub has.</summary>
    /// <exception cref="ProblemException">Names the field.</exception>
    public static void Check(HubModel hub)
    {
        Check(hub.Name, hub.Revision);
        if (hub.Subfolder is { } below && !FilePaths.IsBelow(below))
            throw new ProblemException("invalid_subfolder", "A subfolder is a path within the repository, such as onnx or small/int8, without a slash at its ends.", "source.hub.subfolder");
    }

    static void Check(string name, string revision)
    {
        if (!Name().IsMatch(name) || name.Contains("..", StringComparison.Ordinal))
            throw new ProblemException("invalid_hub_name", "A model on a hub is named owner/model, with letters, digits, hyphens, dots and underscores.", "source.hub.name");
        if (!Revision().IsMatch(revision) || revision.Contains("..", StringComparison.Ordinal) || revision.Contains("//", StringComparison.Ordinal))
            throw new ProblemException("invalid_revision", "A revision is a branch, a tag or a commit.", "source.hub.revision");
    }

    /// <summary>The commit that a revision names today.</summary>
    public async Task<string> Resolve(string name, string revision, CancellationToken ct)
    {
        Check(name, revision);
        // A branch may have a slash, which the API wants escaped.
        var address = At($"api/models/{name}/revision/{Uri.EscapeDataString(revision)}");
        var (json, _) = await Ask(address, $"model {name} at revision {revision}", ct);
        using (json)
        {
            return json.RootElement is { ValueKind: JsonValueKind.Object } root && Text(root, "sha") is { } sha && Commit().IsMatch(sha)
                ? sha
                : throw Odd("the revision's answer has no commit in sha");
        }
    }

    /// <summary>The files of a commit, in the hub's order.</summary>
    /// <param name="subfolder">Only those below this folder, which their paths are then relative to; null for all.</param>
    public async Task<IReadOnlyList<WantedFile>> Files(string name, string commit, string? subfolder, CancellationToken ct)
    {
        var files = new List<WantedFile>();
        var (below, what) = subfolder is null ? ("", $"tree of model {name}") : ("/" + FilePaths.Escaped(subfolder), $"folder {subfolder} of model {name}");
        var page = At($"api/models/{name}/tree/{commit}{below}?recursive=true");
        for (var pages = 0; pages < MostPages; pages++)
        {
            var (json, next) = await Ask(page, what, ct);
            using (json)
            {
                if (json.RootElement.ValueKind != JsonValueKind.Array)
                    throw Odd("the tree is not a list");
                files.AddRange(json.RootElement.EnumerateArray().Where(entry => Text(entry, "type") == "file").Select(entry => File(name, commit, subfolder, entry)));
            }

            if (next is null)
                return files;
            page = next;
        }

        throw Odd($"the tree has more than {MostPages} pages");
    }

    WantedFile File(string name, string commit, string? subfolder, JsonElement entry)
    {
        var path = FilePaths.Check(Text(entry, "path") ?? throw Odd("a file has no path"));
        var lfs = entry.TryGetProperty("lfs", out var pointer) && pointer.ValueKind == JsonValueKind.Object ? pointer : (JsonElement?)null;
        var size = Size(lfs is { } large && large.TryGetProperty("size", out _) ? large : entry);
        if (size is null or < 0)
            throw Odd($"{path} has no size");
        var sha256 = lfs is { } with ? Text(with, "oid") ?? throw Odd($"{path} has no lfs.oid") : null;
        var place = subfolder is null ? path : path.StartsWith(subfolder + "/", StringComparison.Ordinal) ? path[(subfolder.Length + 1)..] : throw Odd($"{path} is not below {subfolder}");
        return new WantedFile(place, At($"{name}/resolve/{commit}/{FilePaths.Escaped(path)}"))
        {
            Size = size,
            Sha256 = sha256 is ['s', 'h', 'a', '2', '5', '6', ':', .. var digits] ? digits : sha256,
            BlobId = lfs is null ? Text(entry, "oid") ?? throw Odd($"{path} has no oid") : null,
        };
    }

    async Task<(JsonDocument Json, Uri? Next)> Ask(Uri address, string what, CancellationToken ct) => await retries.Run(
        async () =>
        {
            using var answer = await http.Get(address, null, ct);
            Answers.Check(answer, what);
            var body = await Body(answer, ct);
            try
            {
                return (JsonDocument.Parse(body), Next(answer, address));
            }
            catch (JsonException error)
            {
                throw new ProblemException("hub_answered_oddly", $"{address.Host} does not answer like a model hub: the answer for {what} is not JSON.", "source.hub", error);
            }
        },
        static () => 0,
        ct);

    async Task<byte[]> Body(HttpResponseMessage answer, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await http.Read(stream, buffer, ct)) > 0)
        {
            if (body.Length + read > LargestPage)
                throw Odd($"an answer has more than {LargestPage} bytes");
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    Uri? Next(HttpResponseMessage answer, Uri asked)
    {
        if (!answer.Headers.TryGetValues("Link", out var links) || NextLink().Match(string.Join(',', links)) is not { Success: true } link)
            return null;
        var next = new Uri(asked, link.Groups[1].Value);
        return next.GetLeftPart(UriPartial.Authority) == Root.GetLeftPart(UriPartial.Authority) ? next : throw Odd("the tree's next page lies on another server");
    }

    Uri Root => options.Value.Hub;

    Uri At(string path) => new(Root.AbsoluteUri.EndsWith('/') ? Root : new Uri(Root.AbsoluteUri + "/"), path);

    ProblemException Odd(string how) => new("hub_answered_oddly", $"{Root.Host} does not answer like a model hub: {how}.", "source.hub");

    static string? Text(JsonElement entry, string key) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static long? Size(JsonElement entry) =>
        entry.TryGetProperty("size", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var size) ? size : null;
}
