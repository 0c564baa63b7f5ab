using System.Diagnostics;
using System.Text.Json;
using OpenAI;

namespace Aigc.Application.Tests.Conformance;

public sealed class Clients_of_OpenAI(ConformanceHost host) : IClassFixture<ConformanceHost>
{
    private static bool Accepts => Environment.GetEnvironmentVariable("AIGC_ACCEPT_CONFORMANCE") == "1";

    [Fact]
    public async Task In_dotnet_do_what_the_table_says()
    {
        var results = new Dictionary<string, string?>();
        foreach (var check in DotNetChecks.All)
        {
            results[$"{check.Endpoint}: {check.What}"] = await Failure(check);
        }

        var table = ConformanceTable.Read();
        if (Accepts)
        {
            // Without node the npm column stays as it was.
            var before = table.Rows.Where(row => row.Value.Npm != ConformanceTable.None).ToDictionary(row => row.Key, row => row.Value.Npm == ConformanceTable.Passes ? null : row.Value.Npm);
            var (version, npm) = Node() is { } modules ? await Npm(modules) : (table.NpmVersion, before);
            table = Table(results, npm, version);
            await File.WriteAllTextAsync(ConformanceTable.Path, table.Write(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(ConformanceTable.ReadmePath, table.Compact(await Readme()), TestContext.Current.CancellationToken);
        }

        Agree(results, table.Rows.ToDictionary(row => row.Key, row => row.Value.DotNet));
        Assert.Equal(Version(), table.DotNetVersion);
        Assert.Equal(table.Compact(await Readme()), await Readme());
    }

    [Fact]
    public async Task In_node_do_what_the_table_says()
    {
        var modules = Node();
        Assert.SkipWhen(modules is null, "AIGC_NODE_MODULES does not name a folder with the npm package openai.");

        var npm = await Npm(modules!);

        var table = ConformanceTable.Read();
        Agree(npm.Results, table.Rows.ToDictionary(row => row.Key, row => row.Value.Npm));
        Assert.Equal(npm.Version, table.NpmVersion);
    }

    private static void Agree(IReadOnlyDictionary<string, string?> results, IReadOnlyDictionary<string, string> committed)
    {
        var seen = results.ToDictionary(result => result.Key, result => result.Value is null ? ConformanceTable.Passes : ConformanceTable.Fails);
        var different = seen.Keys.Union(committed.Keys).Where(name => seen.GetValueOrDefault(name, ConformanceTable.None) != committed.GetValueOrDefault(name, ConformanceTable.None))
            .Select(name => $"{name}: {seen.GetValueOrDefault(name, ConformanceTable.None)} {results.GetValueOrDefault(name)}; the table says {committed.GetValueOrDefault(name, ConformanceTable.None)}");
        Assert.Empty(different);
    }

    private static ConformanceTable Table(Dictionary<string, string?> dotNet, IReadOnlyDictionary<string, string?> npm, string version)
    {
        // In the order of the endpoints, rows of both clients beside each other.
        var names = dotNet.Keys.Union(npm.Keys).ToArray();
        var endpoints = names.Select(Endpoint).Distinct().Order(StringComparer.Ordinal);
        return new(Version(), version, endpoints.SelectMany(endpoint => names.Where(name => Endpoint(name) == endpoint)).ToDictionary(name => name, name => (Cell(dotNet, name), Cell(npm, name))));

        static string Endpoint(string name) => name[..name.IndexOf(':', StringComparison.Ordinal)];
        static string Cell(IReadOnlyDictionary<string, string?> results, string name) =>
            !results.TryGetValue(name, out var failure) ? ConformanceTable.None : failure is null ? ConformanceTable.Passes : ConformanceTable.Fails;
    }

    private async Task<string?> Failure(Check check)
    {
        try
        {
            await check.Run(new Clients(host.Endpoint)).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            return null;
        }
        catch (Exception failure)
        {
            return $"{failure.GetType().Name}: {failure.Message}";
        }
    }

    private async Task<(string Version, IReadOnlyDictionary<string, string?> Results)> Npm(string modules)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Conformance", "openai.mjs"), modules, host.Endpoint.ToString(), ConformanceHost.Key, ConformanceHost.BusyKey])
        {
            start.ArgumentList.Add(argument);
        }

        using var node = Process.Start(start)!;
        var (told, wrong) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, await wrong);
        var json = JsonDocument.Parse(await told).RootElement;
        return (json.GetProperty("version").GetString()!, json.GetProperty("results").EnumerateObject().ToDictionary(check => check.Name, check => check.Value.GetString()));
    }

    private static Task<string> Readme() => File.ReadAllTextAsync(ConformanceTable.ReadmePath, TestContext.Current.CancellationToken);

    private static string? Node() => Environment.GetEnvironmentVariable("AIGC_NODE_MODULES") is { Length: > 0 } folder && Directory.Exists(Path.Combine(folder, "openai")) ? folder : null;

    private static string Version() => typeof(OpenAIClient).Assembly.GetName().Version!.ToString(3);
}
