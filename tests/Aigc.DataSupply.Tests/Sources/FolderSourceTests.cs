using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Builds;
using Aigc.DataSupply.Sources;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;
using Aigc.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aigc.DataSupply.Tests.Sources;

public sealed class FolderSourceTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly GuardedHttp _http = new(new());

    [Fact]
    public async Task Files_are_taken_by_relative_id_and_the_rest_is_counted()
    {
        _temp.Write("in/b.txt", "text b");
        _temp.Write("in/sub/a.html", "<p>text a</p>");
        _temp.Write("in/empty.txt", "");
        _temp.Write("in/picture.png", "x");
        _temp.Write("in/large.txt", new string('x', 2000));

        var plan = await Collect(new() { Kind = "directory", Path = In }, maxBytes: 1000);

        Assert.Equal(["in/b.txt", "in/sub/a.html"], plan.Shards.SelectMany(shard => shard.Files).Select(file => file.Id));
        Assert.Equal(new Dictionary<string, long> { ["empty"] = 1, ["no-extractor"] = 1, ["too-large"] = 1 }, plan.Skipped);
    }

    [Fact]
    public async Task Links_that_lead_out_are_skipped_and_counted()
    {
        _temp.Write("secret.txt", "secret");
        _temp.Write("in/a.txt", "text a");
        File.CreateSymbolicLink(Path.Combine(In, "loop.txt"), Path.Combine(In, "loop.txt"));
        File.CreateSymbolicLink(Path.Combine(In, "out.txt"), Path.Combine(_temp.Path, "secret.txt"));
        File.CreateSymbolicLink(Path.Combine(In, "same.txt"), Path.Combine(In, "a.txt"));
        Directory.CreateSymbolicLink(Path.Combine(In, "loop"), In);

        var plan = await Collect(new() { Kind = "directory", Path = In });

        Assert.Equal(["in/a.txt", "in/same.txt"], plan.Shards.SelectMany(shard => shard.Files).Select(file => file.Id));
        Assert.Equal(new Dictionary<string, long> { ["link-outside"] = 2, ["link-to-folder"] = 1 }, plan.Skipped);
    }

    [Fact]
    public async Task Include_and_exclude_patterns_choose()
    {
        _temp.Write("in/a.txt", "a");
        _temp.Write("in/x/b.txt", "b");
        _temp.Write("in/x/c.txt", "c");

        var plan = await Collect(new() { Kind = "directory", Path = In, Include = ["x/**/*.txt"], Exclude = ["**/c.*"] });

        Assert.Equal("in/x/b.txt", Assert.Single(plan.Shards[0].Files).Id);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("in/../../etc")]
    public async Task A_path_outside_the_roots_is_refused(string relative)
    {
        _temp.Write("in/a.txt", "a");

        var error = await Assert.ThrowsAsync<ProblemException>(() => Collect(new() { Kind = "directory", Path = Path.Combine(_temp.Path, relative) }));

        Assert.Equal("path_not_allowed", error.Problem.Code);
    }

    [Fact]
    public async Task Sources_without_a_readable_file_are_an_empty_dataset()
    {
        _temp.Write("in/empty.txt", "");

        var error = await Assert.ThrowsAsync<ProblemException>(() => Collect(new() { Kind = "directory", Path = In }));

        Assert.Equal("dataset_empty", error.Problem.Code);
        Assert.Contains("empty", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_kind_names_the_known_ones()
    {
        var error = await Assert.ThrowsAsync<ProblemException>(() => Collect(new() { Kind = "tape" }));

        Assert.Equal(("unknown_source_kind", "data.sources[0].kind"), (error.Problem.Code, error.Problem.Param));
    }

    [Fact]
    public async Task The_running_SDK_carries_its_reference()
    {
        var plan = await Collect(new() { Kind = "dotnet-reference", Exclude = ["Microsoft.AspNetCore*/**"], Include = ["Microsoft.NETCore.App.Ref/*/ref/net10.0/System.Text.Json.xml"] });

        Assert.StartsWith("dotnet-reference/Microsoft.NETCore.App.Ref/", Assert.Single(plan.Shards[0].Files).Id, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_an_SDK_says_so()
    {
        Assert.Equal("sdk_not_found", Assert.Throws<ProblemException>(() => DotnetReference.FindIn([_temp.Path])).Problem.Code);
    }

    public void Dispose()
    {
        _temp.Dispose();
        _http.Dispose();
    }

    private string In => Path.Combine(_temp.Path, "in");

    private Task<BuildPlan> Collect(DataSource source, long maxBytes = 1 << 20)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Aigc:Files:Roots:0", In)]).Build();
        var roots = new FileRoots(configuration, new AigcPaths(Options.Create(new StorageOptions { DataRoot = _temp.Path })));
        var artifacts = new MemoryArtifacts();
        var collector = new FileCollector(new SourceFactory(roots, artifacts, UploadStore.Desk(_temp.Path, artifacts), _http), artifacts);
        return collector.Collect([source], new() { MaxFileBytes = maxBytes }, "default", (_, _) => ValueTask.CompletedTask, TestContext.Current.CancellationToken);
    }
}
