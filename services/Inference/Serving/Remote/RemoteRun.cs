using System.Text;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving.Remote;

/// <summary>One answer of a server, on its way. Written by its call; all answers of a call end together.</summary>
internal sealed class RemoteRun(IReadOnlyList<string> stops, Action cancelled) : ITextRun
{
    private readonly TaskCompletionSource<GenerationResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstText = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopped;

    public AnswerText Answer { get; } = new(new StopTexts(stops));

    public Task FirstText => _firstText.Task;

    public Task<GenerationResult> Completion => _completion.Task;

    /// <summary>Tokens seen: log probabilities, or pieces where there are none.</summary>
    public int Pieces { get; private set; }

    /// <summary><c>stop</c> or <c>length</c>; null before.</summary>
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

    /// <summary>The server says the answer is over.</summary>
    public void End(string reason) => FinishReason = _stopped ? "stop" : reason;

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
