using Testcontainers.MongoDb;

namespace Aigc.Conformance.Documents;

/// <summary>The MongoDB of this machine: the one <c>AIGC_TEST_MONGODB</c> names, or a container's. Without either its tests skip and say so.</summary>
internal static class MongoServer
{
    private static readonly Lazy<Task<(string? Address, string Why)>> Found = new(Find);

    public static async Task<string> Require()
    {
        var (address, why) = await Found.Value;
        Assert.SkipWhen(address is null, why);
        return address!;
    }

    private static async Task<(string? Address, string Why)> Find()
    {
        if (Environment.GetEnvironmentVariable("AIGC_TEST_MONGODB") is { Length: > 0 } named)
        {
            return (named, "");
        }

        if (!File.Exists("/var/run/docker.sock") && Environment.GetEnvironmentVariable("DOCKER_HOST") is null)
        {
            return (null, "No MongoDB here: set AIGC_TEST_MONGODB to a connection string, or have Docker running.");
        }

        try
        {
            var container = new MongoDbBuilder("mongo:8").Build();
            await container.StartAsync();
            return (container.GetConnectionString(), "");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return (null, $"No MongoDB here: set AIGC_TEST_MONGODB to a connection string. Docker did not start one: {failure.Message}");
        }
    }
}
