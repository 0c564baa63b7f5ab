using Aigc.ServiceDefaults.Files;
using Aigc.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Tests.Files;

public sealed class FileRootsTests : IDisposable
{
    private readonly string _folder = FileRoots.Resolved(Directory.CreateTempSubdirectory("aigc-roots-").FullName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Check_PathUnderARoot_IsAllowed() => Assert.Equal(In("root/a.txt"), Roots().Check(In("root/a.txt"), "path"));

    [Theory]
    [InlineData("other/a.txt")]
    [InlineData("root/../other/a.txt")]
    [InlineData("root-too/a.txt")]
    public void Check_PathOutside_IsRefused(string path) => Refused(In(path));

    [Fact]
    public void Check_TwoLinksInARowThatLeadOut_IsRefused()
    {
        Directory.CreateDirectory(In("root"));
        Directory.CreateDirectory(In("secret"));
        File.WriteAllText(In("secret/a.txt"), "x");
        Directory.CreateSymbolicLink(In("root/b"), In("secret"));
        File.CreateSymbolicLink(In("root/a.txt"), "b/a.txt");

        Refused(In("root/a.txt"));
    }

    [Fact]
    public void Check_LinkToItself_IsRefused()
    {
        Directory.CreateDirectory(In("root"));
        File.CreateSymbolicLink(In("root/loop"), In("root/loop"));

        Refused(In("root/loop"));
    }

    [Theory]
    [InlineData("cache/folders/x")]
    [InlineData("artifacts")]
    [InlineData("scratch/y")]
    public void Check_WhatThePlatformKeeps_IsRefusedEvenUnderARoot(string path)
    {
        var refused = Assert.Throws<ProblemException>(() => Roots("/").Check(In("data/" + path), "path"));

        Assert.Equal("path_not_allowed", refused.Problem.Code);
    }

    private void Refused(string path) => Assert.Equal("path_not_allowed", Assert.Throws<ProblemException>(() => Roots().Check(path, "path")).Problem.Code);

    private FileRoots Roots(string? root = null) => new(
        new ConfigurationBuilder().AddInMemoryCollection([new("Aigc:Files:Roots:0", root ?? In("root"))]).Build(),
        new AigcPaths(Options.Create(new StorageOptions { DataRoot = In("data") })));

    private string In(string relative) => Path.Combine(_folder, relative);
}
