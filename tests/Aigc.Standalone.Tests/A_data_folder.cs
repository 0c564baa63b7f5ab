using Aigc.Standalone.Platform;

namespace Aigc.Standalone.Tests;

public sealed class A_data_folder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigc-lock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Belongs_to_one_platform_at_a_time_and_says_where_it_serves()
    {
        using var first = DataRootLock.TryTake(_folder)!;
        first.ServesAt(new Uri("http://127.0.0.1:8080"));

        Assert.Null(DataRootLock.TryTake(_folder));
        Assert.Equal(new Uri("http://127.0.0.1:8080"), DataRootLock.AddressOfHolder(_folder));
    }

    [Fact]
    public void Is_free_again_when_its_platform_has_stopped()
    {
        DataRootLock.TryTake(_folder)!.Dispose();

        using var second = DataRootLock.TryTake(_folder);
        Assert.NotNull(second);
        Assert.Null(DataRootLock.AddressOfHolder(_folder));
    }
}
