using Aigc.Storage.Artifacts;
using Amazon.Runtime;
using Amazon.S3;

namespace Aigc.Conformance.Artifacts;

public sealed class Artifacts_in_files : ArtifactStoreConformance
{
    internal override Task<IArtifactStore> Open(string folder) => Task.FromResult<IArtifactStore>(new FileArtifactStore(Path.Combine(folder, "artifacts")));
}

/// <summary>The S3 client over real HTTP, against a small server of our own.</summary>
public sealed class Artifacts_in_s3 : ArtifactStoreConformance
{
    private S3Server? _server;

    internal override async Task<IArtifactStore> Open(string folder)
    {
        _server = await S3Server.Start();
        return S3.Store(_server.Address, "key", "secret", "bucket", folder);
    }

    protected override ValueTask Close() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The S3 client against whatever <c>AIGC_TEST_S3</c> names: <c>http://key:secret@host:port/bucket</c>.</summary>
public sealed class Artifacts_in_the_s3_of_this_machine : ArtifactStoreConformance
{
    internal override Task<IArtifactStore> Open(string folder)
    {
        var named = Environment.GetEnvironmentVariable("AIGC_TEST_S3");
        Assert.SkipWhen(string.IsNullOrEmpty(named), "No S3 here: set AIGC_TEST_S3 to http://key:secret@host:port/bucket.");
        var address = new Uri(named!);
        var user = address.UserInfo.Split(':');
        return Task.FromResult(S3.Store(new Uri(address.GetLeftPart(UriPartial.Authority).Replace(address.UserInfo + "@", "", StringComparison.Ordinal)), user[0], user[1], address.AbsolutePath.Trim('/'), folder));
    }
}

internal static class S3
{
    public static IArtifactStore Store(Uri address, string key, string secret, string bucket, string folder)
    {
        var config = new AmazonS3Config { ServiceURL = address.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" };
        return new S3ArtifactStore(new AmazonS3Client(new BasicAWSCredentials(key, secret), config), bucket, Path.Combine(folder, "spool"));
    }
}
