using System.Text;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Tools;

namespace Aigc.Inference.Serving.Remote;

/// <summary>One answer of a server, on its way. Written by its call; all answers of a call end together.</summary>
internal sealed class RemoteRun(IReadOnlyList<string> stops, Action cancelled, bool tools = false) : ITextRun
{
    private const int MostName = 64;
    private const int MostId = 256;

    private readonly TaskCompletionSource<GenerationResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstText = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopped;
    private int _calls;

    public AnswerText Answer { get; } = new(new StopTexts(stops));

    public AnswerCalls? Calls { get; } = tools ? new() : null;

    public Task FirstText => _firstText.Task;

    public Task<GenerationResult> Completion => _completion.Task;

    /// <summary>Tokens seen: log probabilities, or pieces where there are none.</summary>
    public int Pieces { get; private set; }

    /// <summary><c>stop</c>, <c>length</c> or <c>tool_calls</c>; null before.</summary>
    public string? FinishReason { get; private set; }

    public void Cancel()
    {
        if (_completion.TrySetException(new GenerationFailedException(Problems.Cancelled)))
        {
            _ = _completion.Task.Exception;
            _firstText.TrySetResult();
            cancelled();
        }
    }

    /// <summary>Adds a piece. The text is what the server says it is; its tokens are told beside it.</summary>
    public void Append(string text, IReadOnlyList<TokenLogProbability> tokens)
    {
        if (text.Length == 0 && tokens.Count == 0)
            return;
        Pieces += Math.Max(tokens.Count, 1);
        if (!_stopped) // a server that does not heed stop texts goes on
            Write(text, tokens);
        _firstText.TrySetResult(); // whoever waits for the first text finds it there
    }

    /// <summary>Adds pieces of calls, which come in the order of their indices. False for one that was not asked for or does not follow.</summary>
    public bool Append(IReadOnlyList<RemoteToolCall> calls)
    {
        foreach (var call in calls)
        {
            if (Calls is null || call.Index < _calls - 1 || call.Index > _calls)
                return false;
            if (call.Index == _calls)
            {
                if (call.Function?.Name is not { Length: > 0 and <= MostName } name)
                    return false;
                _calls++;
                Calls.Begin(call.Id is { Length: > 0 and <= MostId } id ? id : null);
                Calls.Name(name);
            }
            Pieces++;
            Calls.Append(Encoding.UTF8.GetBytes(call.Function?.Arguments ?? ""));
        }
        if (calls.Count > 0)
            _firstText.TrySetResult();
        return true;
    }

    /// <summary>The server says the answer is over.</summary>
    public void End(string reason) => FinishReason = _stopped ? "stop" : reason == "stop" && _calls > 0 ? "tool_calls" : reason;

    public void Succeed(Func<string, IReadOnlyList<TokenLogProbability>, GenerationResult> result)
    {
        Answer.Finish();
        _completion.TrySetResult(result(Answer.Whole, Answer.Likelihoods));
        _firstText.TrySetResult();
    }

    public void Fail(Problem problem)
    {
        _completion.TrySetException(new GenerationFailedException(problem));
        _ = _completion.Task.Exception; // observed: a client that left does not read it
        _firstText.TrySetResult();
    }

    private void Write(string text, IReadOnlyList<TokenLogProbability> tokens)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (tokens.Count == 0)
        {
            _stopped = Answer.Append(bytes);
            return;
        }
        var own = tokens.Sum(token => token.Bytes.Length) == bytes.Length;
        for (var at = 0; at < tokens.Count && !_stopped; at++)
            _stopped = Answer.Append(own ? tokens[at].Bytes : at == 0 ? bytes : [], tokens[at]);
    }
}
