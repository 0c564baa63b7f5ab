using System.Buffers;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Files.Lines;

/// <summary>Cuts bytes, however they come, into lines. A line is never longer in memory than <see cref="MaxLineBytes"/>.</summary>
internal sealed class LineCutter
{
    /// <summary>As much as a request over HTTP may carry.</summary>
    public const int MaxLineBytes = 4 << 20;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly ArrayBufferWriter<byte> _line = new();
    private bool _whole;

    /// <summary>Number of the present line, from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>The present line once it is whole, without its end; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Line
    {
        get
        {
            var line = _line.WrittenMemory;
            var from = Number == 1 && line.Span.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
            return line[from..^(line.Span is [.., (byte)'\r'] ? 1 : 0)];
        }
    }

    /// <summary>Takes bytes up to the end of the line and says whether it is whole. Called until no bytes are left.</summary>
    /// <exception cref="ProblemException"><c>line_too_long</c>.</exception>
    public bool Take(ref ReadOnlyMemory<byte> bytes)
    {
        Next();
        var end = bytes.Span.IndexOf((byte)'\n');
        var part = end < 0 ? bytes : bytes[..end];
        if (_line.WrittenCount + part.Length > MaxLineBytes)
        {
            throw new ProblemException("line_too_long", $"Line {Number} is longer than the {MaxLineBytes} bytes a line may have.", "file");
        }

        _line.Write(part.Span);
        bytes = end < 0 ? default : bytes[(end + 1)..];
        return _whole = end >= 0;
    }

    /// <summary>No bytes follow. True when there is a last line that did not end.</summary>
    public bool Finish()
    {
        Next();
        return _whole = _line.WrittenCount > 0;
    }

    private void Next()
    {
        if (_whole)
        {
            _line.ResetWrittenCount();
            _whole = false;
            Number++;
        }
    }
}
