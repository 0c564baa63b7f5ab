using System.Text;
using Aigc.Inference.Engine.Constraints;

namespace Aigc.Inference.Engine.Tools;

/// <summary>
/// One answer that may call tools. Until calls begin it is text, and nothing is excluded; from there on its tokens are those of the grammar. Of the generator's
/// thread, but for <see cref="Calls"/>.
/// </summary>
internal sealed class ToolCallRun : ITokenConstraint
{
    private readonly CallPlan _plan;
    private readonly JsonConstraint _walk;
    private readonly CallReader _reader;
    private bool? _bounded;

    public ToolCallRun(CallPlan plan)
    {
        (_plan, _walk) = (plan, plan.Start());
        _reader = new(plan.Grammar, Calls);
        IsOpen = plan.Forced;
    }

    /// <summary>What is called.</summary>
    public AnswerCalls Calls { get; } = new();

    /// <summary>Calls have begun: there is no more text.</summary>
    public bool IsOpen { get; private set; }

    public int LeastTokens => _plan.Forced ? _walk.LeastTokens : 0;

    public bool IsFinished => IsOpen && _walk.IsFinished;

    public void Apply(Span<float> logits, int remaining)
    {
        if (!IsOpen)
            return;
        // Calls that began too late for their end are cut off by the limit, as a text would be.
        _bounded ??= remaining >= _walk.LeastTokens;
        _walk.Apply(logits, _bounded == true ? remaining : int.MaxValue);
    }

    public void Accept(int token)
    {
        if (IsOpen)
        {
            _walk.Accept(token);
            _reader.Read(_plan.Tokens.BytesOf(token));
        }
        else if (token == _plan.Token)
        {
            IsOpen = true;
        }
    }

    /// <summary>Whether calls begin in a text, and where the text ends for it.</summary>
    /// <param name="text">What has not been shown yet.</param>
    /// <param name="whole">It is all the text there is.</param>
    /// <param name="end">Characters that stay text.</param>
    public bool Opens(ReadOnlySpan<char> text, bool whole, out int end)
    {
        end = 0;
        if (_plan.Token >= 0)
            return false;
        int behind;
        if (_plan.Marker.Length > 0)
        {
            var at = text.IndexOf(_plan.Marker, StringComparison.Ordinal);
            if (at < 0)
                return false;
            end = text[..at].TrimEnd().Length;
            behind = at + _plan.Marker.Length;
        }
        else
        {
            behind = whole ? Begins(text) : -1;
            if (behind < 0)
                return false;
        }
        return Open(text[behind..]);
    }

    /// <summary>Characters at the end of a text that are not shown yet, because calls may begin with or behind them.</summary>
    public int Held(ReadOnlySpan<char> text, bool whole)
    {
        var blank = text.Length - text.TrimEnd().Length;
        if (_plan.Token >= 0)
            return blank;
        if (_plan.Marker.Length == 0)
            return whole && Begins(text) == -1 ? text.Length : 0;
        for (var length = Math.Min(_plan.Marker.Length - 1, text.Length); length > 0; length--)
        {
            if (text.EndsWith(_plan.Marker.AsSpan(0, length), StringComparison.Ordinal))
                return text.Length - text[..^length].TrimEnd().Length;
        }
        return blank;
    }

    // What came with the marker in one token has to be the grammar's too: else it was a text that looked like it.
    private bool Open(ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty)
            return IsOpen = true;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(rest.Length)];
        var read = bytes.AsSpan(0, Encoding.UTF8.GetBytes(rest, bytes));
        if (!_walk.TryRead(read))
            return false;
        _reader.Read(read);
        return IsOpen = true;
    }

    /// <summary>Where the beginning of a call ends, white space left aside; −1 when the text is shorter, −2 when it begins otherwise.</summary>
    private int Begins(ReadOnlySpan<char> text)
    {
        var at = 0;
        foreach (var wanted in _plan.Beginning)
        {
            if (char.IsWhiteSpace(wanted))
                continue;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
                return -1;
            if (text[at++] != wanted)
                return -2;
        }
        return at;
    }
}
