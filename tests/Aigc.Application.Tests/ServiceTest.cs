using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.Tests;

/// <summary>A folder of its own for a test, and the requests several of them make.</summary>
public abstract class ServiceTest : IDisposable
{
    internal const string SmallChain = "name: demo\ndata: { sources: [ { kind: dotnet-reference } ] }\n";

    protected string DataRoot { get; } = Directory.CreateTempSubdirectory("aigc-application-").FullName;

    public void Dispose()
    {
        Directory.Delete(DataRoot, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal static StringContent Yaml(string text) => new(text, Encoding.UTF8, "application/yaml");

    internal static async Task<JsonElement> Json(HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();

    internal static JobChanged Changed(Guid id, JobStatus status, long sequence, Guid? root = null, string kind = JobKinds.Chain, string tenant = ApplicationHost.Tenant) => new()
    {
        JobId = id,
        Kind = kind,
        Job = new JobLink { RootId = root ?? id, ParentId = root, Tenant = tenant },
        Status = status,
        Sequence = sequence,
        At = DateTimeOffset.UnixEpoch.AddSeconds(sequence),
        Stage = $"stage-{sequence}",
        Title = "demo",
    };

    internal static JobProgressed Progress(Guid id, Guid root, string stage, double done, double? total, string? text = null) => new()
    {
        JobId = id,
        Job = new JobLink { RootId = root, ParentId = id == root ? null : root, Tenant = ApplicationHost.Tenant },
        Stage = stage,
        Done = done,
        Total = total,
        Unit = "documents",
        At = DateTimeOffset.UnixEpoch.AddSeconds(done),
        Facts = text is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["text"] = text },
    };

    /// <summary>Reads a stream of server-sent events to its end.</summary>
    internal static async Task<IReadOnlyList<(string Id, string Type, string Data)>> Events(HttpClient client, string path, string? after = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        var events = new List<(string, string, string)>();
        foreach (var block in (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = block.Split('\n').Where(line => !line.StartsWith(':')).Select(line => line.Split(": ", 2)).ToLookup(f => f[0], f => f[1]);
            if (fields["data"].Any())
            {
                events.Add((fields["id"].Single(), fields["event"].Single(), fields["data"].Single()));
            }
        }

        return events;
    }
}
