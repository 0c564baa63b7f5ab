using System.Security.Cryptography;
using System.Text;
using Aigc.Contracts.Inference;

namespace Aigc.Inference.Engine.Tools;

/// <summary>
/// The calls of an answer while they come: written by whoever computes the answer, read by whoever streams it. Arguments grow by doubling, so a token costs no
/// managed memory of its own.
/// </summary>
internal sealed class AnswerCalls
{
    private const int IdLength = 24;
    private readonly Lock _gate = new();
    private readonly List<Entry> _calls = [];
    private int _told; // calls before this one are told to their end

    /// <summary>A call has a name.</summary>
    public bool Any
    {
        get
        {
            lock (_gate)
                return _calls.Exists(call => call.Name is not null);
        }
    }

    /// <summary>Another call begins.</summary>
    /// <param name="id">Its id; null for one of our own.</param>
    public void Begin(string? id = null)
    {
        lock (_gate)
            _calls.Add(new(id ?? "call_" + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", IdLength)));
    }

    /// <summary>The last call's function is known.</summary>
    public void Name(string name)
    {
        lock (_gate)
            _calls[^1].Name = name;
    }

    /// <summary>More of the last call's arguments: bytes of UTF-8, possibly half a character.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
            _calls[^1].Append(bytes);
    }

    /// <summary>What was not taken yet. A call is told from the moment its function is known; all pieces together are <see cref="Whole"/>.</summary>
    public IReadOnlyList<ToolCallPiece> TakeNew()
    {
        lock (_gate)
        {
            List<ToolCallPiece>? pieces = null;
            for (var index = _told; index < _calls.Count && _calls[index].Name is not null; index++)
            {
                if (_calls[index].Take(index) is { } piece)
                    (pieces ??= []).Add(piece);
                if (index + 1 < _calls.Count)
                    _told = index + 1;
            }
            return pieces ?? (IReadOnlyList<ToolCallPiece>)[];
        }
    }

    /// <summary>All calls whose function is known.</summary>
    public IReadOnlyList<ToolCall> Whole
    {
        get
        {
            lock (_gate)
                return [.. _calls.Where(call => call.Name is not null).Select(call => new ToolCall { Id = call.Id, Name = call.Name!, Arguments = call.Arguments })];
        }
    }

    private sealed class Entry(string id)
    {
        private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
        private char[] _characters = new char[256];
        private int _length;
        private int _taken = -1;

        public string Id => id;

        public string? Name { get; set; }

        public string Arguments => new(_characters, 0, _length);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_characters.Length - _length < bytes.Length + 2)
                Array.Resize(ref _characters, Math.Max(_characters.Length * 2, _length + bytes.Length + 2));
            _length += _utf8.GetChars(bytes, _characters.AsSpan(_length), flush: false);
        }

        public ToolCallPiece? Take(int index)
        {
            var first = _taken < 0;
            if (!first && _taken == _length)
                return null;
            var from = Math.Max(_taken, 0);
            _taken = _length;
            return new() { Index = index, Id = first ? id : null, Name = first ? Name : null, Arguments = new(_characters, from, _length - from) };
        }
    }
}
