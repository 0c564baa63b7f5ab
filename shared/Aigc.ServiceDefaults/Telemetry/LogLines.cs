using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Aigc.ServiceDefaults.Telemetry;

/// <summary>
/// The log on a console. Whatever stands in a message, the lines that begin at the margin are the log's own: what a caller sent may hold line breaks and a
/// terminal's commands, which are written as <c>\u000d</c> here (the usual form lets a carriage return through, and with it a line that looks like another entry).
/// </summary>
internal sealed class LogLines() : ConsoleFormatter(FormName)
{
    /// <summary>As <c>Logging:Console:FormatterName</c> has it.</summary>
    public const string FormName = "aigc";

    private const string Margin = "      ";

    /// <inheritdoc />
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{LevelOf(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}]"));
        textWriter.WriteLine(Margin + Written(message));
        foreach (var line in logEntry.Exception?.ToString().Split('\n') ?? [])
        {
            textWriter.WriteLine(Margin + Written(line.TrimEnd('\r')));
        }
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    private static string Written(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var written = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            // Bidirectional marks and separators of lines are formats and separators, not controls.
            _ = char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator && letter != '\t'
                ? written.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}")
                : written.Append(letter);
        }

        return written.ToString();
    }
}
