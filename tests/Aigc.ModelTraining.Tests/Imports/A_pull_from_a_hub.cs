using System.Text;
using Aigc.Models.Folders;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Tests.Imports;

public sealed class A_pull_from_a_hub : IAsyncLifetime
{
    readonly PullFolder folder = new();
    LoopbackHub hub = null!;

    string Large => hub.Files.MaxBy(file => file.Value.Length).Key;

    public async ValueTask InitializeAsync()
    {
        hub = await LoopbackHub.Start();
        foreach (var (name, bytes) in PullFolder.Model)
            hub.Files[name] = bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await hub.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Brings_a_folder_that_opens_and_leaves_the_rest()
    {
        foreach (var other in (string[])["README.md", "model.safetensors", ".gitattributes", "images/a.png", "runs/2023-01-01T10:20:30/events"])
            hub.Files[other] = PullFolder.Bytes(100);
        await folder.Pull(hub);
        Assert.Equal(PullFolder.Model.Keys.Order(StringComparer.Ordinal), folder.Names());
        Assert.All(folder.Names(), name => Assert.Equal(PullFolder.Model[name], folder.Read(name)));
        var opened = DecoderFolder.Open(folder.Files);
        Assert.NotEmpty(opened.Graph(null, gpu: false).Graph.Inputs);
        Assert.NotEmpty(opened.Text().Tokenizer.Encode("Gets the value."));
        Assert.Empty(folder.Parts());
    }

    [Fact]
    public async Task Of_a_repository_with_several_models_takes_the_folder_that_is_named()
    {
        hub.Files.Clear();
        hub.PageSize = 3;
        foreach (var (name, bytes) in PullFolder.Model)
        {
            hub.Files["sizes/tiny one/" + name] = bytes;
            hub.Files["sizes/tiny one and more/" + name] = PullFolder.Bytes(50);
            hub.Files[name] = PullFolder.Bytes(60);
        }

        await folder.Pull(hub, subfolder: "sizes/tiny one");
        Assert.Equal(PullFolder.Model.Keys.Order(StringComparer.Ordinal), folder.Names());
        Assert.All(folder.Names(), name => Assert.Equal(PullFolder.Model[name], folder.Read(name)));
        Assert.NotEmpty(DecoderFolder.Open(folder.Files).Graph(null, gpu: false).Graph.Inputs);
    }

    [Fact]
    public async Task Of_a_folder_that_is_not_there_is_refused_by_its_name()
    {
        var refused = await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub, subfolder: "small"));
        Assert.Equal("source_not_found", refused.Problem.Code);
        Assert.Contains("folder small", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_lists_what_lies_elsewhere_is_not_believed()
    {
        hub.Tree = """[{"type":"file","path":"other/config.json","size":2,"oid":"9e26dfeeb6e641a33dae4961196235bdb965b21b"}]""";
        var refused = await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub, subfolder: "small"));
        Assert.Equal("hub_answered_oddly", refused.Problem.Code);
    }

    [Fact]
    public async Task Tells_how_far_it_is_and_ends_at_the_total()
    {
        await folder.Pull(hub);
        var total = PullFolder.Model.Values.Sum(bytes => (long)bytes.Length);
        Assert.Equal((total, total), folder.Told[^1]);
        Assert.Equal(folder.Told.Select(told => told.Done).Order(), folder.Told.Select(told => told.Done));
    }

    [Fact]
    public async Task Goes_on_in_the_middle_of_a_file_when_the_line_breaks()
    {
        hub.Cut(Large, 2);
        await folder.Pull(hub);
        Assert.Equal(PullFolder.Model[Large], folder.Read(Large));
        var asked = hub.AskedCdn.ToArray();
        Assert.Equal(3, asked.Length);
        Assert.Null(asked[0].Range);
        Assert.All(asked[1..], again => Assert.True(again is { Range: not null, IfRange: not null }));
    }

    [Fact]
    public async Task Given_up_goes_on_where_it_was_and_asks_for_nothing_twice()
    {
        folder.Options.MaxRetries = 0;
        hub.Cut(Large, 1);
        await Assert.ThrowsAnyAsync<Exception>(() => folder.Pull(hub));
        Assert.Contains(folder.Parts(), part => part == Large + ".part");
        Assert.DoesNotContain(Large, folder.Names());
        var (there, before) = (folder.Names(), hub.AskedHub.Count);
        await folder.Pull(hub);
        Assert.Equal(PullFolder.Model[Large], folder.Read(Large));
        Assert.NotNull(hub.AskedCdn.Last().Range);
        Assert.DoesNotContain(hub.AskedHub.Skip(before), asked => there.Any(name => asked.Path.EndsWith("/" + name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Starts_a_file_anew_when_the_server_has_other_bytes_now()
    {
        folder.Options.MaxRetries = 0;
        hub.Lies[Large] = PullFolder.Bytes(PullFolder.Model[Large].Length);
        hub.Cut(Large, 1);
        await Assert.ThrowsAnyAsync<Exception>(() => folder.Pull(hub));
        hub.Lies.Clear();
        await folder.Pull(hub);
        Assert.Equal(PullFolder.Model[Large], folder.Read(Large));
    }

    [Fact]
    public async Task Whose_part_was_damaged_starts_the_file_anew()
    {
        folder.Options.MaxRetries = 0;
        hub.Cut(Large, 1);
        await Assert.ThrowsAnyAsync<Exception>(() => folder.Pull(hub));
        var part = Path.Combine(folder.Root, "parts", Large + ".part");
        var bytes = await File.ReadAllBytesAsync(part, TestContext.Current.CancellationToken);
        bytes[7] ^= 1;
        await File.WriteAllBytesAsync(part, bytes, TestContext.Current.CancellationToken);
        folder.Options.MaxRetries = 1;
        await folder.Pull(hub);
        Assert.Equal(PullFolder.Model[Large], folder.Read(Large));
    }

    [Fact]
    public async Task From_a_server_without_ranges_still_arrives()
    {
        hub.WithoutRanges = true;
        hub.Cut(Large, 1);
        await folder.Pull(hub);
        Assert.Equal(PullFolder.Model[Large], folder.Read(Large));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refuses_a_file_that_is_not_the_one_that_was_promised(bool large)
    {
        var file = large ? Large : "config.json";
        var lie = (byte[])hub.Files[file].Clone();
        lie[^1] ^= 1;
        hub.Lies[file] = lie;
        var refused = await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub));
        Assert.Equal("digest_mismatch", refused.Problem.Code);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(file, folder.Names());
        Assert.DoesNotContain(folder.Parts(), part => part.StartsWith(file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refuses_a_file_that_has_more_bytes_than_promised()
    {
        hub.Lies[Large] = [.. hub.Files[Large], 1, 2, 3];
        Assert.Equal("digest_mismatch", (await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub))).Problem.Code);
    }

    [Fact]
    public async Task Sends_the_token_to_the_hub_and_to_nobody_else()
    {
        hub.Token = folder.Options.Token = "hf_secret";
        await folder.Pull(hub);
        Assert.All(hub.AskedHub, asked => Assert.Equal("Bearer hf_secret", asked.Authorization));
        Assert.NotEmpty(hub.AskedCdn);
        Assert.All(hub.AskedCdn, asked => Assert.Null(asked.Authorization));
    }

    [Fact]
    public async Task Without_the_token_of_a_private_hub_says_what_to_do()
    {
        hub.Token = "hf_secret";
        var refused = await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub));
        Assert.Equal("source_refused", refused.Problem.Code);
        Assert.Contains("Aigc:Imports:Token", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task May_reach_the_hub_in_the_house_and_not_what_it_redirects_to()
    {
        folder.Options.AllowPrivateAddresses = false;
        var refused = await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub));
        Assert.Equal("address_not_allowed", refused.Problem.Code);
        Assert.Contains("config.json", folder.Names());
        Assert.Empty(hub.AskedCdn);
    }

    [Fact]
    public async Task Of_a_revision_that_is_not_there_says_so()
    {
        var refused = await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub, revision: "v9"));
        Assert.Equal("source_not_found", refused.Problem.Code);
        Assert.Contains("v9", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Knows_revisions_with_slashes_and_trees_in_pages()
    {
        hub.PageSize = 2;
        await folder.Pull(hub, revision: "refs/pr/1");
        Assert.Equal(PullFolder.Model.Count, folder.Names().Length);
    }

    [Fact]
    public async Task Waits_out_a_hub_in_trouble()
    {
        hub.Trouble["/api/models/someone/nano/revision/main"] = (503, 2);
        hub.Trouble[$"/someone/nano/resolve/{LoopbackHub.Sha}/config.json"] = (429, 1);
        await folder.Pull(hub);
        Assert.Equal(PullFolder.Model.Count, folder.Names().Length);
    }

    [Theory]
    [InlineData("../tokenizer.json")]
    [InlineData("/etc/tokenizer.json")]
    [InlineData("onnx/../../model.onnx")]
    [InlineData("tokenizer\\..\\..\\x")]
    [InlineData("tokenizer\n.json")]
    [InlineData("")]
    public async Task Refuses_paths_that_lead_elsewhere(string path)
    {
        hub.Tree = System.Text.Json.JsonSerializer.Serialize(new[] { new { type = "file", path, size = 3, oid = new string('c', 40) } });
        Assert.Equal("path_not_allowed", (await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub))).Problem.Code);
        Assert.Empty(folder.Names());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nothing")]
    [InlineData("""[{"type":"file","path":"config.json","oid":"00"}]""")]
    [InlineData("""[{"type":"file","path":"config.json","size":-1,"oid":"00"}]""")]
    [InlineData("""[{"type":"file","path":"config.json","size":1}]""")]
    [InlineData("""[{"type":"file","path":"config.json","size":1,"lfs":{"size":1}}]""")]
    public async Task Says_when_the_server_is_no_hub(string tree)
    {
        hub.Tree = tree;
        Assert.Equal("hub_answered_oddly", (await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub))).Problem.Code);
    }

    [Theory]
    [InlineData("../nano", "main")]
    [InlineData("a/b/c", "main")]
    [InlineData("someone/nano?x=1", "main")]
    [InlineData("someone/na..no", "main")]
    [InlineData("", "main")]
    [InlineData("someone/nano", "../main")]
    [InlineData("someone/nano", "main?x")]
    [InlineData("someone/nano", "")]
    public void Refuses_names_and_revisions_that_are_none(string name, string revision) =>
        Assert.StartsWith("source.hub", Assert.Throws<ProblemException>(() => ModelTraining.Imports.HubClient.Check(new() { Name = name, Revision = revision })).Problem.Param, StringComparison.Ordinal);

    [Fact]
    public async Task Is_limited_in_bytes_and_files_before_anything_is_fetched()
    {
        folder.Options.MaxBytes = 1000;
        Assert.Equal("model_too_large", (await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub))).Problem.Code);
        folder.Options.MaxBytes = long.MaxValue;
        folder.Options.MaxFiles = 2;
        Assert.Equal("too_many_files", (await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub))).Problem.Code);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task Of_a_repository_without_a_graph_says_what_it_lacks()
    {
        hub.Files.Remove("model.onnx");
        Assert.Equal("graph_not_found", (await Assert.ThrowsAsync<ProblemException>(() => folder.Pull(hub))).Problem.Code);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task Follows_a_genai_configuration_to_its_graph_unless_a_variant_is_asked_for()
    {
        hub.Files["onnx/model_q4.onnx"] = PullFolder.Model["model.onnx"];
        foreach (var (name, bytes) in PullFolder.Model.Where(file => file.Key.StartsWith("model.onnx", StringComparison.Ordinal) && file.Key != "model.onnx"))
            hub.Files["onnx/" + name] = bytes;
        hub.Files["decoder.onnx"] = PullFolder.Model["model.onnx"];
        hub.Files["genai_config.json"] = Encoding.UTF8.GetBytes("""{"model":{"decoder":{"filename":"decoder.onnx","inputs":{},"outputs":{}}}}""");
        await folder.Pull(hub);
        Assert.Contains("decoder.onnx", folder.Names());
        Assert.DoesNotContain("model.onnx", folder.Names());

        using var other = new PullFolder();
        await other.Pull(hub, variant: "q4");
        Assert.Contains("onnx/model_q4.onnx", other.Names());
        Assert.DoesNotContain("genai_config.json", other.Names());
        Assert.DoesNotContain("decoder.onnx", other.Names());
        // Its weights bear another graph's name; the graph itself says so.
        Assert.NotEmpty(DecoderFolder.Open(other.Files).Graph("q4", gpu: false).Graph.Inputs);
    }
}
