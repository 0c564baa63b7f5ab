using System.Text.Json;
using Aigc.Standalone.Chains;
using Spectre.Console;

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
            var table = new Table().AddColumns("id", "name", "begins", "scopes", "status", "expires", "last used");
            string? after = null;
            do
            {
                var page = await client.Call(HttpMethod.Get, $"/api/keys?limit={MostShown}{(after is null ? "" : $"&after={after}")}", null, ct);
                foreach (var key in page.GetProperty("data").EnumerateArray())
                {
                    string[] cells = [Text(key, "id"), Text(key, "name"), Text(key, "prefix"), string.Join(' ', key.GetProperty("scopes").EnumerateArray()), Text(key, "status"), Text(key, "expiresAt"), Text(key, "lastUsedAt")];
                    table.AddRow([.. cells.Select(Markup.Escape)]);
                }

                after = page.GetProperty("has_more").GetBoolean() ? Text(page, "last_id") : null;
            }
            while (after is not null);
            AnsiConsole.Write(table);
            return 0;
        },
        ct);

    public static Task<int> Revoke(DoorRequest door, string id, CancellationToken ct) => PlatformDoor.Use(
        door,
        async (client, _) =>
        {
            var key = await client.Call(HttpMethod.Delete, $"/api/keys/{Uri.EscapeDataString(id)}", null, ct);
            AnsiConsole.MarkupLineInterpolated($"{Text(key, "id")} is {Text(key, "status")}.");
            return 0;
        },
        ct);

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
