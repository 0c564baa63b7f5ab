using System.Security.Cryptography;
using Aigc.Contracts.Distribution;
using Aigc.Distribution.Channels;
using Aigc.Distribution.Publications;
using Aigc.Provenance.Reading;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Distribution.Tests;

public sealed class A_publication
{
    [Fact]
    public async Task Through_a_folder_leaves_one_marked_file_and_a_receipt()
    {
        await using var host = await DistributionHost.Start();
        var (content, id) = (await host.Content(), Guid.NewGuid());

        var published = Assert.IsType<ContentPublished>(await host.Publish(content, host.Folder(), id));

        var file = Assert.Single(Directory.GetFiles(Path.Combine(host.Out, "answers")));
        var bytes = await File.ReadAllBytesAsync(file);
        Assert.Equal(file, published.Receipt.Location);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), published.Receipt.Digest);
        Assert.Equal(Marks.RequiredOfText, published.Receipt.Marks);
        Assert.Equal("A queue is first in, first out.", MarkReader.Read(bytes).Body);
        Assert.Equal(content.ContentId, Assert.Single((await host.Seen.Lineage(id)).Inputs).Id);
    }

    [Fact]
    public async Task Of_the_same_content_in_the_same_channel_publishes_nothing_again()
    {
        await using var host = await DistributionHost.Start();
        var content = await host.Content();
        var first = Assert.IsType<ContentPublished>(await host.Publish(content, host.Folder()));

        var second = Assert.IsType<ContentPublished>(await host.Publish(content with { GenerationId = Guid.NewGuid(), Title = "Another title" }, host.Folder()));

        Assert.False(first.Reused);
        Assert.True(second.Reused);
        Assert.Equal(first.Receipt.Digest, second.Receipt.Digest);
        Assert.Single(Directory.GetFiles(Path.Combine(host.Out, "answers")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Is_delivered_again_when_its_file_is_gone_or_altered(bool gone)
    {
        await using var host = await DistributionHost.Start();
        var content = await host.Content();
        var first = Assert.IsType<ContentPublished>(await host.Publish(content, host.Folder()));
        if (gone)
            File.Delete(first.Receipt.Location);
        else
            await File.AppendAllTextAsync(first.Receipt.Location, "forged");

        var second = Assert.IsType<ContentPublished>(await host.Publish(content, host.Folder()));

        Assert.False(second.Reused);
        Assert.Equal(first.Receipt.Digest, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(first.Receipt.Location))));
    }

    [Theory]
    [InlineData("feed")]
    [InlineData("folder")]
    public async Task That_crashed_after_the_write_gives_one_entry(string kind)
    {
        await using var host = await DistributionHost.Start();
        var command = DistributionHost.Deliver(await host.Content(), kind == "feed" ? host.Feed() : host.Folder());
        var delivery = host.Get<Delivery>();
        var first = await delivery.Deliver(command, default);
        // As a crash between the write and the receipt leaves it.
        await host.Get<IDocumentStore<PublicationRecord>>().Update(first.Record.Id, record => (record.State, record.Receipt) = (PublicationState.Delivering, null));

        var second = await delivery.Deliver(command, default);

        Assert.Equal(first.Record.Receipt!.Digest, second.Record.Receipt!.Digest);
        if (kind == "feed")
            Assert.Single(MarkReader.ReadAtom(await File.ReadAllTextAsync(host.Feed().Path!)));
        else
            Assert.Single(Directory.GetFiles(Path.Combine(host.Out, "answers")));
    }

    [Fact]
    public async Task That_loses_a_mark_on_the_way_is_blocked_and_taken_back()
    {
        await using var host = await DistributionHost.Start(services: services => services.AddSingleton<IChannel, StrippingChannel>());

        var failed = Assert.IsType<PublicationFailed>(await host.Publish(await host.Content(), new() { Kind = "stripping", Path = Path.Combine(host.Out, "s") }));

        Assert.Equal("mark_missing", failed.Problem.Code);
        Assert.Empty(Directory.GetFiles(Path.Combine(host.Out, "s")));
    }

    [Fact]
    public async Task Outside_the_allowed_folders_is_refused()
    {
        await using var host = await DistributionHost.Start();
        var failed = Assert.IsType<PublicationFailed>(await host.Publish(await host.Content(), new() { Kind = "folder", Path = "/etc/aigc" }));
        Assert.Equal("path_not_allowed", failed.Problem.Code);
    }

    [Theory]
    [InlineData("folder", "file/answers")]
    [InlineData("feed", "file/feed.xml")]
    [InlineData("feed", "directory")]
    [InlineData("feed", "file")]
    public async Task To_a_path_that_cannot_be_written_fails_clearly(string kind, string path)
    {
        await using var host = await DistributionHost.Start();
        Directory.CreateDirectory(Path.Combine(host.Out, "directory"));
        await File.WriteAllTextAsync(Path.Combine(host.Out, "file"), "my own notes");

        var failed = Assert.IsType<PublicationFailed>(await host.Publish(await host.Content(), new() { Kind = kind, Path = Path.Combine(host.Out, path) }));

        Assert.Equal("channel_not_writable", failed.Problem.Code);
        Assert.Equal("my own notes", await File.ReadAllTextAsync(Path.Combine(host.Out, "file")));
    }

    [Fact]
    public async Task Through_an_unknown_channel_is_refused()
    {
        await using var host = await DistributionHost.Start();
        var failed = Assert.IsType<PublicationFailed>(await host.Publish(await host.Content(), new() { Kind = "carrier-pigeon" }));
        Assert.Equal("channel_unknown", failed.Problem.Code);
    }

    [Theory]
    [InlineData("../../etc/passwd", "etc-passwd-")]
    [InlineData("中文", "content-")]
    [InlineData("What is a Queue<T>?", "what-is-a-queue-t-")]
    public void File_names_are_made_of_letters_and_digits(string title, string start)
    {
        var name = FolderChannel.FileName(title, new('b', 64));
        Assert.Equal($"{start}bbbbbbbbbbbbbbbb.md", name);
    }

    /// <summary>Somebody's exporter that drops front matter.</summary>
    private sealed class StrippingChannel : IChannel
    {
        public string Kind => "stripping";

        public string Address(ChannelSpec spec) => spec.Path!;

        public async Task<string> Deliver(Parcel parcel, CancellationToken ct)
        {
            Directory.CreateDirectory(parcel.Address);
            await File.WriteAllTextAsync(PathOf(parcel), $"> {parcel.Text.Visible}\n\n{parcel.Text.Body}", ct);
            return PathOf(parcel);
        }

        public async Task<byte[]?> ReadBack(Parcel parcel, CancellationToken ct) => await File.ReadAllBytesAsync(PathOf(parcel), ct);

        public Task TakeBack(Parcel parcel, CancellationToken ct)
        {
            File.Delete(PathOf(parcel));
            return Task.CompletedTask;
        }

        private static string PathOf(Parcel parcel) => Path.Combine(parcel.Address, "x.md");
    }
}
