using System.Text.Json;
using Aigc.Contracts.DataSupply;

namespace Aigc.DataSupply.Tests.Builds;

public sealed class DatasetBuildTests : IDisposable
{
    private static readonly PrepareSpec Prepare = new() { Languages = ["en"], NearDuplicates = 0.8, Validation = 0.1 };

    private readonly TempFolder _temp = new();

    [Fact]
    public async Task A_build_ends_with_a_version_that_counts_what_it_left_out()
    {
        WriteCorpus();
        await using var host = await BuildHost.Start(_temp.Path);

        var built = Assert.IsType<DatasetBuilt>(await host.Build(In, Prepare));

        Assert.Equal(60, built.Counts["kept"]);
        Assert.Equal(60, built.Dataset.TrainRows + built.Dataset.ValidationRows);
        Assert.Equal(1, built.Counts["duplicates.exact"]);
        Assert.Equal(1, built.Counts["duplicates.near"]);
        Assert.Equal(1, built.Counts["rejected.language.not-asked"]);
        Assert.Equal(1, built.Counts["rejected.gopher-quality.too-few-words"]);
        Assert.Equal(1, built.Counts["skipped.xml-dtd"]);
        Assert.Equal(1, built.Counts["skipped.empty"]);
        // Nothing is lost: what was read is kept or has a reason.
        Assert.Equal(built.Counts["read"], built.Counts["kept"] + built.Counts.Where(count => count.Key.StartsWith("rejected.", StringComparison.Ordinal) || count.Key.StartsWith("duplicates.", StringComparison.Ordinal)).Sum(count => count.Value));
        var published = Path.Combine(_temp.Path, "root", "datasets", "corpus");
        Assert.Contains("split: train", await File.ReadAllTextAsync(Path.Combine(published, "README.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(published, "data", "train-00000-of-00001.jsonl.gz")));
        Assert.True(File.Exists(Path.Combine(published, "data", "validation-00000-of-00001.jsonl.gz")));
    }

    [Fact]
    public async Task A_recipe_becomes_rows_with_labels_in_three_splits()
    {
        await using var host = await BuildHost.Start(_temp.Path);
        var source = new DataSource { Kind = "recipe", Recipe = "moderation", PerFamily = 2 };

        var built = Assert.IsType<DatasetBuilt>(await host.Build(source, new() { Preset = "none", RedactPii = false, Validation = 0.2, Test = 0.2 }));

        Assert.Equal(built.Counts["read"] - built.Counts.GetValueOrDefault("duplicates.exact"), built.Dataset.TrainRows + built.Dataset.ValidationRows + built.Dataset.TestRows);
        var families = new Dictionary<string, string>();
        foreach (var split in (string[])["train", "validation", "test"])
        {
            var rows = (await Json(host, $"/api/datasets/{built.Dataset.Folder.Digest}/documents?split={split}&limit=200")).GetProperty("data").EnumerateArray().ToList();
            Assert.Contains(rows, row => row.GetProperty("labels").GetArrayLength() > 0);
            Assert.Contains(rows, row => row.GetProperty("labels").GetArrayLength() == 0);
            Assert.All(rows, row => Assert.Equal(split, families.TryAdd(row.GetProperty("group").GetString()!, split) ? split : families[row.GetProperty("group").GetString()!]));
        }
    }

    [Fact]
    public async Task A_recipe_there_is_not_is_refused()
    {
        await using var host = await BuildHost.Start(_temp.Path);

        var failed = Assert.IsType<DatasetBuildFailed>(await host.Build(new DataSource { Kind = "recipe", Recipe = "cake" }, new() { Preset = "none" }));

        Assert.Equal(("unknown_recipe", "data.sources[0].recipe"), (failed.Problem.Code, failed.Problem.Param));
    }

    [Fact]
    public async Task One_worker_and_four_workers_give_the_same_bytes()
    {
        WriteCorpus(large: true);
        string one, four;
        await using (var host = await BuildHost.Start(Copy("one"), workers: 1))
        {
            one = Assert.IsType<DatasetBuilt>(await host.Build(Path.Combine(_temp.Path, "one", "in"), Prepare)).Dataset.Folder.Digest;
        }

        await using (var host = await BuildHost.Start(Copy("four"), workers: 4))
        {
            four = Assert.IsType<DatasetBuilt>(await host.Build(Path.Combine(_temp.Path, "four", "in"), Prepare)).Dataset.Folder.Digest;
        }

        Assert.Equal(one, four);
    }

    [Fact]
    public async Task The_same_build_again_reuses_the_version()
    {
        WriteCorpus();
        await using var host = await BuildHost.Start(_temp.Path);
        var first = Assert.IsType<DatasetBuilt>(await host.Build(In, Prepare));

        var second = Assert.IsType<DatasetBuilt>(await host.Build(In, Prepare));

        Assert.True(second.Reused);
        Assert.False(first.Reused);
        Assert.Equal(first.Dataset.Folder.Digest, second.Dataset.Folder.Digest);
        Assert.Equal(first.Counts, second.Counts);
    }

    [Fact]
    public async Task A_repeated_command_announces_the_outcome_again()
    {
        WriteCorpus();
        await using var host = await BuildHost.Start(_temp.Path);
        var id = Guid.NewGuid();
        var first = Assert.IsType<DatasetBuilt>(await host.Build(In, Prepare, id: id));

        var second = Assert.IsType<DatasetBuilt>(await host.Build(In, Prepare, id: id));

        Assert.Equal((first.BuildId, first.Dataset.Folder.Digest, false), (second.BuildId, second.Dataset.Folder.Digest, second.Reused));
    }

    [Fact]
    public async Task A_dataset_that_filters_down_to_nothing_names_the_rule()
    {
        _temp.Write("in/a.txt", "Too short to keep.");
        _temp.Write("in/b.txt", "Also too short to keep here.");
        await using var host = await BuildHost.Start(_temp.Path);

        var failed = Assert.IsType<DatasetBuildFailed>(await host.Build(In, new() { Languages = [] }));

        Assert.Equal("dataset_empty", failed.Problem.Code);
        Assert.Contains("gopher", failed.Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parquet", "unknown_format")]
    [InlineData("jsonl.gz", "path_not_allowed")]
    public async Task What_cannot_be_done_is_refused_with_its_code(string format, string code)
    {
        WriteCorpus();
        await using var host = await BuildHost.Start(_temp.Path);

        var failed = Assert.IsType<DatasetBuildFailed>(await host.Build(code == "path_not_allowed" ? "/etc" : In, Prepare with { Format = format }));

        Assert.Equal(code, failed.Problem.Code);
    }

    [Fact]
    public async Task A_version_is_shown_to_its_tenant_alone()
    {
        WriteCorpus();
        await using var host = await BuildHost.Start(_temp.Path);
        var digest = Assert.IsType<DatasetBuilt>(await host.Build(In, Prepare)).Dataset.Folder.Digest;

        using var list = await host.Get("/api/datasets");
        using var rows = await host.Get($"/api/datasets/{digest}/documents?limit=3&after=1");
        using var card = await host.Get($"/api/datasets/{digest}");
        using var other = await host.Get($"/api/datasets/{digest}", tenant: "tenant-b");
        using var path = await host.Get("/api/datasets/..%2f..%2fetc");

        Assert.Contains(digest, await Text(list), StringComparison.Ordinal);
        Assert.Equal(3, JsonDocument.Parse(await Text(rows)).RootElement.GetProperty("data").GetArrayLength());
        Assert.Contains("## Counts", await Text(card), StringComparison.Ordinal);
        Assert.Equal((404, 404), ((int)other.StatusCode, (int)path.StatusCode));
    }

    [Fact]
    public async Task Documents_are_found_by_their_words_and_gone_on_with()
    {
        WriteCorpus();
        await using var host = await BuildHost.Start(_temp.Path);
        var digest = Assert.IsType<DatasetBuilt>(await host.Build(In, Prepare)).Dataset.Folder.Digest;
        var all = await Json(host, $"/api/datasets/{digest}/documents?limit=200");
        var words = all.GetProperty("data")[2].GetProperty("text").GetString()![..24];

        var found = await Json(host, $"/api/datasets/{digest}/documents?q={Uri.EscapeDataString(words.ToUpperInvariant())}");
        var first = await Json(host, $"/api/datasets/{digest}/documents?limit=1");
        var second = await Json(host, $"/api/datasets/{digest}/documents?limit=1&after={first.GetProperty("after").GetInt32()}");

        Assert.Contains(found.GetProperty("data").EnumerateArray(), row => row.GetProperty("id").GetString() == all.GetProperty("data")[2].GetProperty("id").GetString());
        Assert.Equal(all.GetProperty("data")[1].GetProperty("id").GetString(), second.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.False(all.TryGetProperty("after", out _));
    }

    [Fact]
    public async Task A_moved_threshold_says_what_it_would_remove_and_let_pass()
    {
        WriteCorpus();
        _temp.Write("in/again.txt", string.Join(' ', Enumerable.Repeat("The members of the board met on Tuesday and they talked about the weather in the mountains.", 30)));
        await using var host = await BuildHost.Start(_temp.Path);
        var digest = Assert.IsType<DatasetBuilt>(await host.Build(In, Prepare)).Dataset.Folder.Digest;
        var rules = (await Json(host, $"/api/datasets/{digest}/rules")).GetProperty("data");
        var removing = rules.EnumerateArray().First(known => known.GetProperty("removed").GetInt32() > 0);
        var (rule, op) = (removing.GetProperty("id").GetString()!, removing.GetProperty("op").GetString());
        var rejected = (await Json(host, $"/api/datasets/{digest}/rejected?rule={rule}")).GetProperty("data");

        var strict = await Json(host, $"/api/datasets/{digest}/rules/{rule}/preview?threshold={(op == "<" ? "1e9" : "-1")}");
        var loose = await Json(host, $"/api/datasets/{digest}/rules/{rule}/preview?threshold={(op == "<" ? "-1" : "1e9")}");
        using var unknown = await host.Get($"/api/datasets/{digest}/rules/nothing/preview?threshold=1");
        using var wrong = await host.Get($"/api/datasets/{digest}/rules/{rule}/preview");

        Assert.Equal(removing.GetProperty("removed").GetInt32(), rejected.GetArrayLength());
        Assert.Equal(strict.GetProperty("kept").GetInt32(), strict.GetProperty("wouldBeRemoved").GetInt32());
        Assert.Equal(0, strict.GetProperty("wouldPass").GetInt32());
        Assert.Equal(0, loose.GetProperty("wouldBeRemoved").GetInt32());
        Assert.Equal(loose.GetProperty("rule").GetProperty("removed").GetInt32(), loose.GetProperty("wouldPass").GetInt32());
        Assert.Equal((404, 400), ((int)unknown.StatusCode, (int)wrong.StatusCode));
    }

    public void Dispose() => _temp.Dispose();

    private static async Task<JsonElement> Json(BuildHost host, string path)
    {
        using var answer = await host.Get(path);
        return JsonDocument.Parse(await Text(answer)).RootElement.Clone();
    }

    private string In => Path.Combine(_temp.Path, "in");

    private static Task<string> Text(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    private string Copy(string name)
    {
        var folder = Path.Combine(_temp.Path, name);
        Directory.CreateDirectory(Path.Combine(folder, "in"));
        foreach (var file in Directory.GetFiles(In))
        {
            File.Copy(file, Path.Combine(folder, "in", Path.GetFileName(file)));
        }

        return folder;
    }

    private void WriteCorpus(bool large = false)
    {
        for (var i = 0; i < 60; i++)
        {
            _temp.Write($"in/doc{i:00}.txt", GeneratedCorpus.Document(i));
        }

        _temp.Write("in/exact.txt", GeneratedCorpus.Document(7).ToUpperInvariant());
        _temp.Write("in/near.txt", GeneratedCorpus.Document(8) + "\nOne more sentence that changes little.");
        _temp.Write("in/short.txt", "Too short to keep, the document and that of it.");
        _temp.Write("in/de.txt", string.Join('\n', Enumerable.Range(0, 10).Select(i => $"Der alte Fluss {i} überquert die Brücke des Dorfes, und das Haus am Markt steht nicht mehr dort, wo es früher stand.")));
        _temp.Write("in/bomb.xml", "<!DOCTYPE doc [<!ENTITY a \"b\">]><doc>&a;</doc>");
        _temp.Write("in/empty.txt", "");
        if (large)
        {
            for (var shard = 0; shard < 6; shard++)
            {
                _temp.Write($"in/lines{shard}.jsonl", string.Join('\n', Enumerable.Range(0, 1000).Select(i => JsonSerializer.Serialize(new { text = GeneratedCorpus.Document((shard * 250) + (i % 320) + 1000), title = new string('t', 2000) }))));
            }
        }
    }
}
