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
    // Wide enough that no path is broken in two where nobody's window sets the width.
    private const int LineWidth = 200;

    public static IChainDisplay Create(IAnsiConsole console)
    {
        if (console.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
        {
            return new LiveDisplay(console);
        }

        console.Profile.Width = LineWidth;
        return new LineDisplay(Console.Out);
    }
}
