using Aigc.Gateway.Keys;
using Spectre.Console;

namespace Aigc.Standalone.Platform;

/// <summary>Serves the platform until it is stopped.</summary>
internal static class ServeCommand
{
    public static async Task<int> Run(string url, CancellationToken ct)
    {
        var dataRoot = PlatformSettings.DefaultDataRoot();
        using var held = DataRootLock.TryTake(dataRoot);
        if (held is null)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]Another process serves {dataRoot}[/] at {DataRootLock.AddressOfHolder(dataRoot)}; stop it, or set Aigc__DataRoot to another folder.");
            return 1;
        }

        PlatformHost platform;
        try
        {
            platform = await PlatformHost.Start(new PlatformSettings { Url = url, DataRoot = dataRoot, Log = true }, ct);
        }
        catch (IOException busy)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{url} cannot be served:[/] {busy.Message} Choose another with --url.");
            return 1;
        }

        await using (platform)
        {
            held.ServesAt(platform.Address);
            Welcome(platform, dataRoot);
            await platform.WaitForShutdown(ct);
        }

        return 0;
    }

    private static void Welcome(PlatformHost platform, string dataRoot)
    {
        AnsiConsole.MarkupLineInterpolated($"Aigc serves [bold]{platform.Address}[/]   (Studio at /, OpenAI's shapes at /v1, jobs at /api)");
        AnsiConsole.MarkupLineInterpolated($"Data lie in {dataRoot}");
        AnsiConsole.MarkupLineInterpolated($"{KeyLine(platform.Key, dataRoot)}");
    }

    private static string KeyLine(FirstKey? key, string dataRoot) => key switch
    {
        { Created: true } => $"Your key, also kept in {key.Path}: {key.Secret}",
        { } => $"Your key is in {key.Path}",
        null => $"This installation has keys; the first one is no longer kept in {Path.Combine(dataRoot, "api-key")}.",
    };
}
