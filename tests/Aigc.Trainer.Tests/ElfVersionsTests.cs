using Aigc.Trainer.Native;

namespace Aigc.Trainer.Tests;

public sealed class ElfVersionsTests
{
    const string Version = "GLIBCXX_3.4.32";

    static byte[] Library()
    {
        Assert.SkipWhen(TorchLibrary.Find() is null, "TorchSharp has no library for this system.");
        return File.ReadAllBytes(TorchLibrary.Find()!);
    }

    [Fact]
    public void Marking_a_need_as_weak_changes_two_bytes_at_most_and_only_that_need()
    {
        var (before, after) = (Library(), Library());
        var elf = new ElfVersions(after);
        Assert.Contains(Version, elf.Needed());
        Assert.Equal(1, elf.MarkWeak(Version));
        Assert.Equal(new ElfVersions(before).Needed().Except([Version]).Order(), new ElfVersions(after).Needed().Order());
        Assert.InRange(before.Zip(after).Count(pair => pair.First != pair.Second), 1, 2);
    }

    [Fact]
    public void Marking_a_version_nobody_needs_changes_nothing()
    {
        var bytes = Library();
        Assert.Equal(0, new ElfVersions(bytes).MarkWeak("GLIBCXX_9.9.9"));
        Assert.Equal(Library(), bytes);
    }

    [Fact]
    public void The_loaded_standard_library_defines_its_versions()
    {
        var path = OperatingSystem.IsLinux() ? TorchLibrary.SystemCppLibrary() : null;
        Assert.SkipWhen(path is null, "This runtime has not loaded a GNU C++ library.");
        Assert.Contains("GLIBCXX_3.4", new ElfVersions(File.ReadAllBytes(path!)).Defined());
    }

    [Fact]
    public void A_file_that_is_no_library_is_refused()
    {
        Assert.Throws<FormatException>(() => new ElfVersions([]));
        Assert.Throws<FormatException>(() => new ElfVersions(new byte[100]));
    }

    [Fact]
    public void The_installed_library_is_never_written_to()
    {
        var (path, directory) = (TorchLibrary.Find(), Directory.CreateTempSubdirectory("aigc-elf-"));
        Assert.SkipWhen(path is null, "TorchSharp has no library for this system.");
        var before = File.ReadAllBytes(path!);
        TorchLibrary.Prepare(directory.FullName);
        Assert.Equal(before, File.ReadAllBytes(path!));
        directory.Delete(recursive: true);
    }
}
