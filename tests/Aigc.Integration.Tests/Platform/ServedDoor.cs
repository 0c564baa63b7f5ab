using System.Net.Http.Headers;
using System.Text.Json;

namespace Aigc.Integration.Tests.Platform;

/// <summary>A client of a standalone platform, with the key that lies in its data folder.</summary>
internal static class ServedDoor
{
    /// <summary>Waits until it serves.</summary>
    public static async Task<HttpClient> Connect(RunningProgram served, string dataRoot)
    {
        var address = Path.Combine(dataRoot, "address.json");
        while (!File.Exists(address))
        {
            Assert.False(await served.ExitsWithin(TimeSpan.FromMilliseconds(100)), served.Output);
        }

        var http = new HttpClient { BaseAddress = JsonSerializer.Deserialize<Uri>(await File.ReadAllTextAsync(address)) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(dataRoot, "api-key"))).Trim());
        return http;
    }
}
