using Aigc.Standalone.Chains;
using Spectre.Console;

namespace Aigc.Standalone.Terminal;

/// <summary>Shows a chain while it runs.</summary>
internal interface IChainDisplay
{
    /// <summary>Takes the events into the view and shows it, until they end.</summary>
    Task Show(ChainView view, IAsyncEnumerable<JobEventInfo> events, CancellationToken ct);
}

/// <summary>A picture where there is a terminal, lines where there is none.</summary>
internal static class ChainDisplay
{
    public static IChainDisplay Create(IAnsiConsole console) =>
        console.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? new LiveDisplay(console) : new LineDisplay(Console.Out);
}
