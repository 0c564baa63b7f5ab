using Aigc.Standalone.Platform;

namespace Aigc.Standalone.Chains;

/// <summary>Which platform a command uses, as it was typed.</summary>
internal sealed record DoorRequest(Uri? Server, string? Key, bool Verbose);

/// <summary>Finds the platform a command talks to: the one named, the one on this data folder, or a new one for as long as the command runs.</summary>
internal static class PlatformDoor
{
    /// <summary>Runs a command against the platform; gives its exit code. What the platform refuses is told.</summary>
    /// <param name="command">Gets the client and the data folder.</param>
    public static async Task<int> Use(DoorRequest request, Func<PlatformClient, string, Task<int>> command, CancellationToken ct)
    {
        var dataRoot = PlatformSettings.DefaultDataRoot();
        try
        {
            if (request.Server is { } server)
            {
                return await On(server, request.Key ?? StoredKey(dataRoot));
            }

            using var held = DataRootLock.TryTake(dataRoot);
            return held is null
                ? await On(DataRootLock.AddressOfHolder(dataRoot) ?? throw new PlatformRefusedException($"Another process uses {dataRoot} and does not serve yet; try again."), StoredKey(dataRoot))
                : await Here(held);
        }
        catch (Exception refused) when (refused is PlatformRefusedException or HttpRequestException)
        {
            return Refuse(refused.Message);
        }

        async Task<int> Here(DataRootLock held)
        {
            // Whoever starts work on their own machine may have it read and write where they themselves may.
            var settings = new PlatformSettings { Url = "http://127.0.0.1:0", DataRoot = dataRoot, FileRoots = [Path.GetPathRoot(dataRoot)!], Log = request.Verbose };
            await using var platform = await PlatformHost.Start(settings, ct);
            held.ServesAt(platform.Address);
            return await On(platform.Address, platform.Key?.Secret ?? request.Key ?? StoredKey(dataRoot));
        }

        async Task<int> On(Uri address, string key)
        {
            using var client = new PlatformClient(address, key);
            return await command(client, dataRoot);
        }
    }

    /// <summary>Says why nothing was done; gives the exit code.</summary>
    public static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }

    private static string StoredKey(string dataRoot)
    {
        var path = Path.Combine(dataRoot, "api-key");
        return File.Exists(path)
            ? File.ReadAllText(path).Trim()
            : throw new PlatformRefusedException($"There is no key in {path}; give one with --key.");
    }
}
