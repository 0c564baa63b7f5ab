using System.Text;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine.Tools;

namespace Aigc.Inference.Engine;

/// <summary>
/// The text of an answer while it comes: bytes of tokens in, whole characters out, stop texts never, nor calls of tools. Written by the generator's thread, read by whoever
/// streams it. Grows by doubling, so a token costs no managed memory of its own.
/// </summary>
/// <param name="stops">Texts that end it.</param>
/// <param name="leadingSpaces">Spaces to leave out at the beginning; the first character that is none ends the beginning.</param>
/// <param name="tools">Where calls begin the text ends; null for an answer without tools.</param>
internal sealed class AnswerText(StopTexts stops, int leadingSpaces = 0, ToolCallRun? tools = null)
{
    private readonly Lock _gate = new();
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly List<(TokenLogProbability Token, int Start, int End)> _likelihoods = [];
    private char[] _characters = new char[512];
    private int _length;
    private int _shown; // up to here no stop text can begin any more
    private int _taken;
    private int _likelihoodsTaken;
    private bool _ended;
    private int _leadingSpaces = leadingSpaces;

    /// <summary>Adds a token's bytes. True when a stop text is complete: the text ends before it, for good.</summary>
    public bool Append(ReadOnlySpan<byte> bytes) => Write(bytes, last: false);

    /// <summary>Adds a token's bytes and how likely it was.</summary>
    public bool Append(ReadOnlySpan<byte> bytes, TokenLogProbability likelihood)
    {
        lock (_gate)
        {
            if (_ended)
                return false;
            var start = _length;
            var stopped = Write(bytes, last: false);
            if (_ended && !stopped)
            {
                DropBehindText(likelihood, start);
                return false;
            }
            // A token that begins behind the end of the text belongs to the stop text.
            if (!stopped || start < _length)
                _likelihoods.Add((likelihood, start, _length));
            while (stopped && _likelihoods is [.., var (_, begins, _)] && begins >= _length && _length > 0)
                _likelihoods.RemoveAt(_likelihoods.Count - 1);
            if (stopped && _length == 0)
                _likelihoods.Clear();
            return stopped;
        }
    }

    /// <summary>The answer ended: half a character becomes U+FFFD, and what was held back is shown.</summary>
    public void Finish()
    {
        Write([], last: true);
        lock (_gate)
            _shown = _length;
    }

    /// <summary>What can be shown and was not taken yet; empty for nothing. All pieces together are <see cref="Whole"/>.</summary>
    public string TakeNew() => TakeNew(out _);

    /// <summary>The same with the tokens it is made of, where their likelihoods are told.</summary>
    public string TakeNew(out IReadOnlyList<TokenLogProbability> likelihoods)
    {
        lock (_gate)
        {
            var piece = new string(_characters, _taken, _shown - _taken);
            _taken = _shown;
            var from = _likelihoodsTaken;
            while (_likelihoodsTaken < _likelihoods.Count && (_ended || _likelihoods[_likelihoodsTaken].End <= _shown))
                _likelihoodsTaken++;
            likelihoods = from == _likelihoodsTaken ? [] : [.. _likelihoods[from.._likelihoodsTaken].Select(entry => entry.Token)];
            return piece;
        }
    }

    /// <summary>How likely the tokens of the text were; those of a stop text are not among them.</summary>
    public IReadOnlyList<TokenLogProbability> Likelihoods
    {
        get
        {
            lock (_gate)
                return _likelihoods.Count == 0 ? [] : [.. _likelihoods.Select(entry => entry.Token)];
        }
    }

    /// <summary>All text so far that can be shown.</summary>
    public string Whole
    {
        get
        {
            lock (_gate)
                return new(_characters, 0, _shown);
        }
    }

    // Tokens that begin behind the text are those of calls.
    private void DropBehindText(TokenLogProbability likelihood, int start)
    {
        if (start < _length)
            _likelihoods.Add((likelihood, start, _length));
        _likelihoods.RemoveAll(entry => entry.Start >= _length);
    }

    private bool Write(ReadOnlySpan<byte> bytes, bool last)
    {
        lock (_gate)
        {
            if (_ended)
                return false;
            if (tools?.IsOpen == true)
            {
                _length = _shown += _characters.AsSpan(_shown, _length - _shown).TrimEnd().Length;
                _ended = true;
                return false;
            }
            _ended = last;
            // One character a byte at most, and two when a broken sequence is flushed.
            if (_characters.Length - _length < bytes.Length + 2)
                Array.Resize(ref _characters, Math.Max(_characters.Length * 2, _length + bytes.Length + 2));
            var added = _utf8.GetChars(bytes, _characters.AsSpan(_length), last);
            while (added > 0 && _leadingSpaces > 0)
            {
                if (_characters[_length] != ' ')
                {
                    _leadingSpaces = 0;
                    break;
                }
                _leadingSpaces--;
                _characters.AsSpan(_length + 1, --added).CopyTo(_characters.AsSpan(_length));
            }
            if (added == 0)
                return false;
            _length += added;
            var text = _characters.AsSpan(_shown, _length - _shown);
            var stop = stops.Find(text);
            if (tools is not null && !last && tools.Opens(stop < 0 ? text : text[..stop], _shown == 0, out var end))
            {
                _length = _shown += end;
                _ended = true;
                return false;
            }
            if (stop >= 0)
            {
                _length = _shown += stop;
                return _ended = true;
            }
            _shown = _length - Math.Max(stops.Held(text), tools?.Held(text, _shown == 0) ?? 0);
            return false;
        }
    }
}
