using System.Text.Json;
using Aigc.Standalone.Chains;

namespace Aigc.Standalone.Keys;

/// <summary>Keys from the command line: over the API, with the first key, like everybody else.</summary>
internal static class KeyCommand
{
    private const int MostShown = 100;

    public static Task<int> Create(DoorRequest door, string name, IReadOnlyList<string> scopes, int? days, CancellationToken ct) => PlatformDoor.Use(
        door,
        async (client, _) =>
        {
            var expiresAt = days is { } count ? TimeProvider.System.GetUtcNow().AddDays(count) : (DateTimeOffset?)null;
            var key = await client.Call(HttpMethod.Post, "/api/keys", new { name, scopes, expiresAt }, ct);
            Console.Error.WriteLine($"{Text(key, "id")}: the secret is shown this once.");
            // Alone on its line and on the standard output, so that a script can take it.
            Console.WriteLine(Text(key, "secret"));
            return 0;
        },
        ct);

    public static Task<int> List(DoorRequest door, CancellationToken ct) => PlatformDoor.Use(
        door,
        async (client, _) =>
        {
            Console.WriteLine(string.Join('\t', "id", "begins", "status", "scopes", "expires", "last used", "name"));
            string? after = null;
            do
            {
                var page = await client.Call(HttpMethod.Get, $"/api/keys?limit={MostShown}{(after is null ? "" : $"&after={after}")}", null, ct);
                foreach (var key in page.GetProperty("data").EnumerateArray())
                {
                    var scopes = string.Join(' ', key.GetProperty("scopes").EnumerateArray());
                    // One key a line, whole: a table that breaks ids in two is of no use to whoever copies one.
                    Console.WriteLine(string.Join('\t', Text(key, "id"), Text(key, "prefix"), Text(key, "status"), scopes, Text(key, "expiresAt"), Text(key, "lastUsedAt"), Text(key, "name")));
                }

                after = page.GetProperty("has_more").GetBoolean() ? Text(page, "last_id") : null;
            }
            while (after is not null);
            return 0;
        },
        ct);

    public static Task<int> Revoke(DoorRequest door, string id, CancellationToken ct) => PlatformDoor.Use(
        door,
        async (client, _) =>
        {
            var key = await client.Call(HttpMethod.Delete, $"/api/keys/{Uri.EscapeDataString(id)}", null, ct);
            Console.WriteLine($"{Text(key, "id")} is {Text(key, "status")}.");
            return 0;
        },
        ct);

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
