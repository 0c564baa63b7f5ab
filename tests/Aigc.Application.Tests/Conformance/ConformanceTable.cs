using System.Text;

namespace Aigc.Application.Tests.Conformance;

/// <summary>The committed table: a row a check, a column a client.</summary>
internal sealed record ConformanceTable(string DotNetVersion, string NpmVersion, IReadOnlyDictionary<string, (string DotNet, string Npm)> Rows)
{
    public const string Passes = "passes";
    private const string Family = "/v1/";

    public const string Fails = "fails";
    private const string Begin = "<!-- conformance: written by the tests -->";
    private const string End = "<!-- /conformance -->";

    /// <summary>The client has no call for it.</summary>
    public const string None = "–";

    public static string Path { get; } = System.IO.Path.Combine(Root(AppContext.BaseDirectory), "docs", "openai-conformance.md");

    /// <summary>The front page, which has the table in short.</summary>
    public static string ReadmePath { get; } = System.IO.Path.Combine(Root(AppContext.BaseDirectory), "README.md");

    public static ConformanceTable Read()
    {
        var lines = File.Exists(Path) ? File.ReadAllLines(Path).Where(line => line.StartsWith('|')).Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]).ToArray() : [];
        var head = lines.Length > 0 ? lines[0] : ["", "", "", ""];
        return new(Version(head[2]), Version(head[3]), lines.Skip(2).ToDictionary(cells => $"{Short(cells[0].Trim('`'))}: {cells[1]}", cells => (cells[2], cells[3])));

        static string Short(string route) => route.StartsWith(Family, StringComparison.Ordinal) ? route[Family.Length..] : route;
        static string Version(string cell) => cell[(cell.LastIndexOf(' ') + 1)..];
    }

    public string Write()
    {
        var text = new StringBuilder("""
            # OpenAI's clients, unmodified

            Written by `AIGC_ACCEPT_CONFORMANCE=1 AIGC_NODE_MODULES=<folder> dotnet run --project tests/Aigc.Application.Tests -- -class '*Clients_of_OpenAI'`, which runs every
            check against the real application layer with a scripted worker behind it. A client is given a base URL and a key, nothing else. A test compares the .NET column with
            what passes, and the npm column where `AIGC_NODE_MODULES` names a folder with the package `openai`. "–": the client has no call for it.


            """);
        text.Append("| endpoint | what | OpenAI .NET ").Append(DotNetVersion).Append(" | npm openai ").Append(NpmVersion).Append(" |\n|---|---|---|---|\n");
        foreach (var (name, (dotNet, npm)) in Rows)
        {
            var (endpoint, what) = (name[..name.IndexOf(':', StringComparison.Ordinal)], name[(name.IndexOf(':', StringComparison.Ordinal) + 2)..]);
            text.Append("| `").Append(endpoint.StartsWith('/') ? "" : Family).Append(endpoint).Append("` | ").Append(what).Append(" | ").Append(dotNet).Append(" | ").Append(npm).Append(" |\n");
        }

        return text.ToString();
    }

    /// <summary>The README with an endpoint a row between its marks: all its checks pass, or which do not, or the client has no call.</summary>
    public string Compact(string readme)
    {
        var text = new StringBuilder(Begin).Append("\n| endpoint | OpenAI .NET ").Append(DotNetVersion).Append(" | npm openai ").Append(NpmVersion).Append(" |\n|---|---|---|\n");
        foreach (var endpoint in Rows.GroupBy(row => row.Key[..row.Key.IndexOf(':', StringComparison.Ordinal)]))
        {
            text.Append("| `").Append(endpoint.Key.StartsWith('/') ? "" : Family).Append(endpoint.Key).Append("` | ")
                .Append(Cell(endpoint, row => row.DotNet)).Append(" | ").Append(Cell(endpoint, row => row.Npm)).Append(" |\n");
        }

        var (begin, end) = (readme.IndexOf(Begin, StringComparison.Ordinal), readme.IndexOf(End, StringComparison.Ordinal));
        return string.Concat(readme.AsSpan(0, begin), text.ToString(), readme.AsSpan(end));

        static string Cell(IEnumerable<KeyValuePair<string, (string DotNet, string Npm)>> rows, Func<(string DotNet, string Npm), string> client)
        {
            var fails = rows.Where(row => client(row.Value) == Fails).Select(row => row.Key[(row.Key.IndexOf(':', StringComparison.Ordinal) + 2)..]).ToArray();
            return fails.Length > 0 ? $"not: {string.Join("; ", fails)}" : rows.Any(row => client(row.Value) == Passes) ? "✓" : "– no call for it";
        }
    }

    private static string Root(string folder) => File.Exists(System.IO.Path.Combine(folder, "Aigc.sln")) ? folder : Root(Directory.GetParent(folder)!.FullName);
}
