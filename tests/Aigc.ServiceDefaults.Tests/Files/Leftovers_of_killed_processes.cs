using Aigc.ServiceDefaults.Files;
using Aigc.Storage;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Tests.Files;

public sealed class Leftovers_of_killed_processes : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("aigc-left-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Are_removed_at_the_start_and_finished_things_stay()
    {
        var half = Write("artifacts/incoming/half");
        var placing = Write($"cache/folders/{new string('a', 64)}.x1y2/model.onnx");
        var scratch = Write("scratch/build/part.jsonl");
        var whole = Write($"artifacts/ab/{new string('b', 64)}");
        var placed = Write($"cache/folders/{new string('c', 64)}/model.onnx");

        await Clean(TimeSpan.Zero);

        Assert.All([half, placing, scratch], path => Assert.False(File.Exists(path)));
        Assert.All([whole, placed], path => Assert.True(File.Exists(path)));
    }

    [Fact]
    public async Task Stay_while_another_process_may_be_writing_them()
    {
        var half = Write("artifacts/incoming/half");

        await Clean(TimeSpan.FromDays(1));

        Assert.True(File.Exists(half));
    }

    private Task Clean(TimeSpan age) => new Leftovers(
        new AigcPaths(Options.Create(new StorageOptions { DataRoot = _root })), TimeProvider.System, Options.Create(new LeftoverOptions { Age = age }))
        .StartAsync(CancellationToken.None);

    private string Write(string relative)
    {
        var path = Path.Combine(_root, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "x");
        return path;
    }
}
