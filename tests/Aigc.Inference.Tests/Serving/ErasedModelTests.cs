using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Adapters;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Inference.Tests.Serving;

public sealed class ErasedModelTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_removed_model_is_out_of_memory_when_its_users_are_gone()
    {
        await using var worker = new TestWorker();
        var (erased, other) = (await worker.Store("a"), await worker.Store("b", seed: 2));
        (await worker.Host.Acquire(other, Ct)).Dispose();
        var lease = await worker.Host.Acquire(erased, Ct);

        var removed = worker.Host.Remove(erased.Folder.Digest, Ct);
        Assert.Equal(["b"], worker.Host.Loaded.Select(model => model.Reference.Name));
        Assert.False(removed.IsCompleted);
        lease.Dispose();

        await removed;
        Assert.True(worker.Host.Has(other));
    }

    [Fact]
    public async Task A_removed_adapter_leaves_its_base()
    {
        await using var worker = new TestWorker();
        var @base = await worker.Store("a");
        var micro = @base with { Name = "mine", Adapter = await worker.Store(new TestAdapter(5)) };
        (await worker.Host.Acquire(micro, Ct)).Dispose();
        Assert.True(worker.Host.Has(micro));

        await worker.Host.Remove(micro.Adapter.Digest, Ct);

        Assert.False(worker.Host.Has(micro));
        Assert.True(worker.Host.Has(@base));
    }

    [Fact]
    public async Task Copies_of_what_is_stored_no_more_go_and_no_others()
    {
        await using var worker = new TestWorker();
        var (erased, other) = (await worker.Store("a"), await worker.Store("b", seed: 2));
        var (gone, kept) = (await Checkout(worker, erased), await Checkout(worker, other));
        await worker.Services.GetRequiredService<IArtifactStore>().Delete(erased.Folder.Digest, Ct);

        await Folders(worker).ForgetErased(Ct);

        Assert.Equal((false, true), (Directory.Exists(gone), Directory.Exists(kept)));
    }

    [Fact]
    public async Task A_folder_on_disk_has_the_digest_it_is_stored_under()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");

        Assert.Equal(model.Folder.Digest, await ArtifactFolders.DigestOf(await Checkout(worker, model), Ct));
    }

    private static Task<string> Checkout(TestWorker worker, ModelRef model) => Folders(worker).Checkout(model.Folder, Ct);

    private static ArtifactFolders Folders(TestWorker worker) => worker.Services.GetRequiredService<ArtifactFolders>();
}
