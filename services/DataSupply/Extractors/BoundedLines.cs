namespace Aigc.DataSupply.Extractors;

/// <summary>Cuts a stream into lines without ever holding more than one; a line over the bound is passed over and counted.</summary>
internal sealed class BoundedLines(Stream content, int maxLine, Action<long> check)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Bytes read from the stream so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Lines passed over.</summary>
    public int TooLong { get; private set; }

    /// <summary>The next line without its end; valid until the next call. False at the end of the stream.</summary>
    public bool Next(out ReadOnlyMemory<byte> line)
    {
        var scanned = _start;
        var skipping = false;
        while (true)
        {
            var at = _buffer.AsSpan(scanned, _end - scanned).IndexOf((byte)'\n');
            if (at >= 0)
            {
                line = _buffer.AsMemory(_start, scanned + at - _start);
                _start = scanned = scanned + at + 1;
                if (!skipping)
                {
                    line = Trim(line);
                    return true;
                }

                skipping = false;
                continue;
            }

            scanned = _end;
            if (_end - _start > maxLine)
            {
                TooLong += skipping ? 0 : 1;
                skipping = true;
                _start = scanned = _end = 0;
            }

            if (!Fill(ref scanned))
            {
                line = skipping ? default : Trim(_buffer.AsMemory(_start, _end - _start));
                _start = _end;
                return line.Length > 0;
            }
        }
    }

    private bool Fill(ref int scanned)
    {
        if (_end == _buffer.Length)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (scanned, _end, _start) = (scanned - _start, _end - _start, 0);
            }
            else
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }

        var read = content.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        BytesRead += read;
        // At every read, not at every line: a bomb may be one line.
        check(BytesRead);
        return read > 0;
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line)
    {
        var trimmed = line.Span.Trim(" \t\r\uFEFF"u8);
        return trimmed.IsEmpty ? default : line.Slice(line.Span.IndexOf(trimmed[0]), trimmed.Length);
    }
}
