using System.Text;
using Aigc.Inference.Engine.Constraints.Grammars;
using Aigc.Models.Text.Tools;

namespace Aigc.Inference.Engine.Tools;

/// <summary>
/// Takes calls apart, byte by byte. What it reads was let through by the grammar it reads by, so that nothing has to be looked ahead: a literal is counted, a name
/// ends where something comes that no name has, arguments end with their last bracket.
/// </summary>
internal sealed class CallReader
{
    private readonly CallGrammar _grammar;
    private readonly AnswerCalls _calls;
    private readonly byte[] _name = new byte[64];
    private int _hole = -1;    // −1 in the opening
    private bool _literal = true;
    private int _at;
    private int _depth;
    private bool _quoted, _escaped, _over;

    public CallReader(CallGrammar grammar, AnswerCalls calls)
    {
        (_grammar, _calls) = (grammar, calls);
        if (grammar.Opening.Length == 0)
            Call();
    }

    public void Read(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length && !_over; i++)
        {
            if (!_literal && _grammar.Holes[_hole] == ToolCallHole.Arguments)
                i += Arguments(bytes[i..]) - 1;
            else
                Read(bytes[i]);
        }
    }

    private void Read(byte b)
    {
        if (_literal)
        {
            Literal(b);
            return;
        }
        if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-')
        {
            if (_at < _name.Length)
                _name[_at] = b;
            _at++;
            return;
        }
        if (_grammar.Holes[_hole] == ToolCallHole.Name)
            _calls.Name(Encoding.ASCII.GetString(_name, 0, Math.Min(_at, _name.Length)));
        Leave();
        Literal(b);
    }

    // How many bytes belong to the arguments.
    private int Arguments(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (_escaped)
                _escaped = false;
            else if (_quoted)
                (_quoted, _escaped) = (b != '"', b == '\\');
            else if (b == '"')
                _quoted = true;
            else if (b is (byte)'{' or (byte)'[')
                _depth++;
            else if (b is (byte)'}' or (byte)']' && --_depth == 0)
            {
                _calls.Append(bytes[..(i + 1)]);
                Leave();
                return i + 1;
            }
        }
        _calls.Append(bytes);
        return bytes.Length;
    }

    private void Literal(byte b)
    {
        if (_hole == _grammar.Holes.Count - 1)
        {
            // What is not on its way to another call closes them all.
            if (_grammar.Next is not { } next || next[_at] != b)
                _over = true;
            else if (++_at == next.Length)
                Call();
            return;
        }
        if (++_at == (_hole < 0 ? _grammar.Opening : _grammar.Between[_hole]).Length)
        {
            if (_hole < 0)
                Call();
            else
                (_hole, _literal, _at) = (_hole + 1, false, 0);
        }
    }

    private void Call()
    {
        (_hole, _literal, _at) = (0, false, 0);
        _calls.Begin();
    }

    private void Leave() => (_literal, _at) = (true, 0);
}
