using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Models.Folders;

namespace Aigc.ModelTraining.Tests.Imports;

public sealed class A_model_import : IAsyncLifetime
{
    readonly string dataRoot = Directory.CreateTempSubdirectory("aigc-import-").FullName;
    LoopbackHub hub = null!;

    static string Large => PullFolder.Model.MaxBy(file => file.Value.Length).Key;

    public async ValueTask InitializeAsync()
    {
        hub = await LoopbackHub.Start();
        foreach (var (name, bytes) in PullFolder.Model)
            hub.Files[name] = bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await hub.DisposeAsync();
        Directory.Delete(dataRoot, recursive: true);
    }

    [Fact]
    public async Task From_a_hub_ends_with_a_registered_model_and_its_lineage()
    {
        await using var host = await Host();
        var id = Guid.NewGuid();
        await host.Commands.Send(Order(id, FromHub()));
        var changed = await host.Heard.Reaches(id, JobStatus.Succeeded);
        var imported = await host.Heard.Wait<ModelImported>(m => m.ImportId == id);
        var origin = $"{LoopbackHub.Model}@{LoopbackHub.Sha}";
        Assert.Equal(origin, imported.Origin);
        Assert.Equal(imported.Model.Folder.Digest, changed.Result["modelDigest"]);
        Assert.Equal(JobKinds.ModelImport, changed.Kind);
        var registered = Assert.Single(host.Heard.Of<RegisterModel>());
        Assert.Equal((imported.Model, "default"), (registered.Model, registered.Tenant));

        var folder = DecoderFolder.Open(await host.Folders.Checkout(imported.Model.Folder, TestContext.Current.CancellationToken));
        Assert.Equal(folder.ContextLength, imported.Model.ContextLength);
        Assert.Equal(PullFolder.Model.Count, (await host.Folders.List(imported.Model.Folder, TestContext.Current.CancellationToken)).Count);
        var lineage = await host.Heard.Wait<LineageRecorded>(m => m.JobId == id);
        Assert.Equal(origin, Assert.Single(lineage.Inputs).Id);
        Assert.Contains(host.Heard.Of<JobProgressed>(), m => m is { Stage: "download", Unit: "bytes", Total: > 0 });
        Assert.Empty(Left());
    }

    [Fact]
    public async Task Goes_on_in_the_middle_of_a_file_in_the_next_life_of_the_service_with_the_commit_it_began_with()
    {
        var id = Guid.NewGuid();
        hub.Hold = new();
        await using (var host = await Host())
        {
            await host.Commands.Send(Order(id, FromHub()));
            await Downloading(id);
        }

        hub.Hold.SetResult();
        hub.Main = new string('f', 40);
        await using var next = await Host();
        var imported = await next.Heard.Wait<ModelImported>(m => m.ImportId == id);
        Assert.Equal($"{LoopbackHub.Model}@{LoopbackHub.Sha}", imported.Origin);
        Assert.NotNull(hub.AskedCdn.Last().Range);
        Assert.Single(hub.AskedHub, asked => asked.Path.EndsWith("/config.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task That_is_cancelled_stops()
    {
        var id = Guid.NewGuid();
        hub.Hold = new();
        await using var host = await Host();
        await host.Commands.Send(Order(id, FromHub()));
        await Downloading(id);
        await host.Bus.Publish(new CancellationRequested { JobId = id }, TestContext.Current.CancellationToken);
        await host.Heard.Reaches(id, JobStatus.Cancelled);
        Assert.Equal("cancelled", (await host.Heard.Wait<ModelImportFailed>(m => m.ImportId == id)).Problem.Code);
        Assert.Empty(host.Heard.Of<RegisterModel>());
        await Nothing();
    }

    [Fact]
    public async Task That_is_given_up_leaves_nothing()
    {
        var id = Guid.NewGuid();
        hub.Cut(Large, 1000);
        await using var host = await Host(("Aigc:Imports:MaxRetries", "0"), ("Aigc:Work:MaxAttempts", "1"));
        await host.Commands.Send(Order(id, FromHub()));
        Assert.Equal("gave_up", (await host.Heard.Wait<ModelImportFailed>(m => m.ImportId == id)).Problem.Code);
        await Nothing();
    }

    [Fact]
    public async Task That_nobody_goes_on_with_is_tidied_up_at_the_start_and_others_are_left_alone()
    {
        var (orphan, id) = (Path.Combine(dataRoot, "work", "imports", Guid.NewGuid().ToString("N")), Guid.NewGuid());
        hub.Hold = new();
        await using (var host = await Host())
        {
            await host.Commands.Send(Order(id, FromHub()));
            await Downloading(id);
        }

        Directory.CreateDirectory(Path.Combine(orphan, "parts"));
        await File.WriteAllTextAsync(Path.Combine(orphan, "parts", "model.onnx.part"), "half", TestContext.Current.CancellationToken);
        await using var next = await Host();
        while (Directory.Exists(orphan))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(id.ToString("N"), Path.GetFileName(Assert.Single(Left())));
        hub.Hold.SetResult();
        await next.Heard.Wait<ModelImported>(m => m.ImportId == id);
        await Nothing();
    }

    [Fact]
    public async Task From_a_subfolder_says_so_in_its_origin()
    {
        foreach (var (name, bytes) in PullFolder.Model)
            hub.Files["small/" + name] = bytes;
        await using var host = await Host();
        var id = Guid.NewGuid();
        await host.Commands.Send(Order(id, new ModelSource { Hub = new HubModel { Name = LoopbackHub.Model, Subfolder = "small" } }));
        Assert.Equal($"{LoopbackHub.Model}@{LoopbackHub.Sha}/small", (await host.Heard.Wait<ModelImported>(m => m.ImportId == id)).Origin);
    }

    [Fact]
    public async Task From_a_folder_takes_the_same_files_and_only_from_where_it_may_read()
    {
        var (inside, outside) = (Path.Combine(dataRoot, "files", "snapshot"), Path.Combine(dataRoot, "blobs"));
        Directory.CreateDirectory(inside);
        Directory.CreateDirectory(outside);
        foreach (var (name, bytes) in PullFolder.Model)
            await File.WriteAllBytesAsync(Path.Combine(inside, name), bytes, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(inside, "notes.txt"), "not the model's", TestContext.Current.CancellationToken);
        await using var host = await Host();
        var (local, remote) = (Guid.NewGuid(), Guid.NewGuid());
        await host.Commands.Send(Order(local, new ModelSource { Directory = inside }));
        await host.Commands.Send(Order(remote, FromHub()));
        var one = await host.Heard.Wait<ModelImported>(m => m.ImportId == local);
        var other = await host.Heard.Wait<ModelImported>(m => m.ImportId == remote);
        Assert.Equal(other.Model.Folder, one.Model.Folder);

        await Refused(host, new ModelSource { Directory = outside }, "path_not_allowed");
        await Refused(host, new ModelSource { Directory = Path.Combine(dataRoot, "files", "nothing") }, "source_not_found");
        File.CreateSymbolicLink(Path.Combine(inside, "generation_config.json"), Path.Combine(outside, "secret.json"));
        await Refused(host, new ModelSource { Directory = inside }, "path_not_allowed");
    }

    [Fact]
    public async Task From_an_address_takes_the_files_that_are_named()
    {
        await using var host = await Host();
        var id = Guid.NewGuid();
        WebModelFile[] files = [.. PullFolder.Model.Keys.Select(name => new WebModelFile { Path = name })];
        await host.Commands.Send(Order(id, new ModelSource { Url = new WebModel { Base = new Uri(hub.CdnAddress, "blobs"), Files = files } }));
        var imported = await host.Heard.Wait<ModelImported>(m => m.ImportId == id);
        Assert.Equal(PullFolder.Model.Count, (await host.Folders.List(imported.Model.Folder, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Of_something_that_is_no_model_names_the_file_and_leaves_nothing()
    {
        hub.Files["tokenizer.json"] = "{}"u8.ToArray();
        await using var host = await Host();
        Assert.Contains("tokenizer.json", await Refused(host, FromHub(), "model_folder_invalid"), StringComparison.Ordinal);
        hub.Files["model.onnx"] = PullFolder.Bytes(30_000);
        Assert.Contains("model.onnx", await Refused(host, FromHub(), "model_folder_invalid"), StringComparison.Ordinal);
        Assert.Empty(Left());
        Assert.Empty(host.Heard.Of<RegisterModel>());
    }

    [Fact]
    public async Task Of_bad_input_fails_by_code_before_anything_is_asked_for()
    {
        await using var host = await Host();
        var web = new WebModel { Base = hub.CdnAddress, Files = [new() { Path = "model.onnx" }] };
        (ModelSource Source, string Code)[] bad =
        [
            (new(), "invalid_source"),
            (FromHub() with { Directory = "/x" }, "invalid_source"),
            (FromHub() with { Variant = "../q4" }, "variant_not_found"),
            (new() { Hub = new() { Name = "../x" } }, "invalid_hub_name"),
            (new() { Hub = new() { Name = "a/b", Revision = "x y" } }, "invalid_revision"),
            (new() { Hub = new() { Name = "a/b", Subfolder = "../c" } }, "invalid_subfolder"),
            (new() { Hub = new() { Name = "a/b", Subfolder = "c/" } }, "invalid_subfolder"),
            (new() { Url = web with { Files = [] } }, "invalid_source"),
            (new() { Url = web with { Files = [new() { Path = "../model.onnx" }] } }, "path_not_allowed"),
            (new() { Url = web with { Files = [new() { Path = "model.onnx", Sha256 = "abc" }] } }, "invalid_source"),
            (new() { Url = web with { Base = new Uri("ftp://127.0.0.1/") } }, "scheme_not_allowed"),
        ];
        foreach (var (source, code) in bad)
            await Refused(host, source, code);
        var id = Guid.NewGuid();
        await host.Commands.Send(Order(id, FromHub()) with { Name = "../nano" });
        Assert.Equal("invalid_name", (await host.Heard.Wait<ModelImportFailed>(m => m.ImportId == id)).Problem.Code);
        Assert.Empty(hub.AskedHub);
        Assert.Empty(hub.AskedCdn);
    }

    static ModelSource FromHub() => new() { Hub = new HubModel { Name = LoopbackHub.Model } };

    static ImportModel Order(Guid id, ModelSource source) => new() { ImportId = id, Job = new JobLink { RootId = id, Tenant = "default" }, Name = "nano", Tier = "small", Source = source };

    static async Task<string> Refused(TrainingHost host, ModelSource source, string code)
    {
        var id = Guid.NewGuid();
        await host.Commands.Send(Order(id, source));
        var failed = await host.Heard.Wait<ModelImportFailed>(m => m.ImportId == id);
        Assert.Equal(code, failed.Problem.Code);
        return failed.Problem.Message;
    }

    Task<TrainingHost> Host(params (string Key, string Value)[] more) => TrainingHost.Start(
        dataRoot,
        [
            ("Aigc:Imports:Hub", hub.Address.AbsoluteUri), ("Aigc:Imports:AllowPrivateAddresses", "true"), ("Aigc:Imports:RetryPause", "00:00:00.010"),
            ("Aigc:Imports:SweepEvery", "00:00:00.020"), ("Aigc:Files:Roots:0", Path.Combine(dataRoot, "files")), .. more,
        ]);

    async Task Nothing()
    {
        while (Left().Length > 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    string[] Left() => Directory.Exists(Path.Combine(dataRoot, "work", "imports")) ? Directory.GetFileSystemEntries(Path.Combine(dataRoot, "work", "imports")) : [];

    /// <summary>Waits until the first half of the large file is here; the hub holds the second.</summary>
    async Task Downloading(Guid id)
    {
        var part = Path.Combine(dataRoot, "work", "imports", id.ToString("N"), "parts", Large + ".part");
        while (!File.Exists(part) || new FileInfo(part).Length < PullFolder.Model[Large].Length / 2)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }
}
