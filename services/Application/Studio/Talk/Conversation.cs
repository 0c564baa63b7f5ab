using Aigc.Application.OpenAI;
using Aigc.Application.Spending;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using MassTransit;

namespace Aigc.Application.Studio.Talk;

/// <summary>A conversation with one model: what was said, and the answer that is being written. Two of them side by side are a comparison.</summary>
public sealed class Conversation : IDisposable
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(40);

    private readonly ModelDirectory _models;
    private readonly TextAnswers _answers;
    private readonly ILedger _ledger;
    private readonly PromptHistory _history;
    private readonly StudioSession _session;
    private readonly TimeProvider _time;
    private readonly List<Turn> _turns = [];
    private CancellationTokenSource? _stop;

    internal Conversation(ModelDirectory models, TextAnswers answers, ILedger ledger, PromptHistory history, StudioSession session, TimeProvider time) =>
        (_models, _answers, _ledger, _history, _session, _time) = (models, answers, ledger, history, session, time);

    /// <summary>Who is asked next.</summary>
    public string? Model { get; set; }

    /// <summary>What was said, oldest first.</summary>
    public IReadOnlyList<Turn> Turns => _turns;

    /// <summary>The answer that is being written; null while nothing is.</summary>
    public Turn? Writing { get; private set; }

    /// <summary>Why there is no answer.</summary>
    public string? Fault { get; private set; }

    /// <summary>The stored response that what is asked next goes on from.</summary>
    public string? LastId { get; private set; }

    /// <summary>The last question can be asked again.</summary>
    public bool CanRepeat => Writing is null && Model is not null && Turns.Count > 0;

    /// <summary>Takes over what was said before.</summary>
    public void Open(IEnumerable<Turn> turns, string? lastId)
    {
        Stop();
        _turns.Clear();
        _turns.AddRange(turns);
        (LastId, Fault) = (lastId, null);
    }

    /// <summary>Ends the answer that is being written; what is there of it stays.</summary>
    public void Stop() => _stop?.Cancel();

    /// <inheritdoc />
    public void Dispose()
    {
        Stop();
        _stop?.Dispose();
    }

    /// <summary>Asks, and tells whenever there is more to show.</summary>
    public async Task Ask(string text, bool chat, SamplingSpec sampling, Action changed)
    {
        if (!chat)
        {
            Open([], null);
        }
        else if (Turns is [.., { IsAnswer: false }])
        {
            _turns.RemoveAt(Turns.Count - 1); // there was no answer to it, and a template takes turns
        }

        _turns.Add(new Turn("user") { Text = text });
        await Write(chat, sampling, changed);
    }

    /// <summary>Asks the last question again. The new answer takes the old one's place here, and both stay in the history.</summary>
    public async Task Repeat(bool chat, SamplingSpec sampling, Action changed)
    {
        if (Turns[^1] is { IsAnswer: true } last)
        {
            LastId = last.PreviousId;
            _turns.Remove(last);
        }

        await Write(chat, sampling, changed);
    }

    private async Task Write(bool chat, SamplingSpec sampling, Action changed)
    {
        var turn = new Turn("assistant", Model!) { PreviousId = LastId };
        var request = new TextRequest
        {
            Model = turn.Model,
            Prompt = chat ? null : Turns[^1].Text,
            Messages = chat ? [.. Turns.Where(said => said.Text.Length > 0).Select(said => new ChatTurn { Role = said.Role, Content = said.Text })] : [],
            Sampling = sampling,
        };
        (Fault, Writing) = (null, turn);
        _turns.Add(turn);
        _stop?.Dispose();
        _stop = new CancellationTokenSource();
        changed();
        var asked = _time.GetUtcNow();
        try
        {
            await Listen(turn, request, changed, _stop.Token);
            var kept = await _history.Keep(turn, request, asked, CancellationToken.None);
            // Another conversation may have been opened here meanwhile.
            LastId = _turns.Contains(turn) ? kept ?? LastId : LastId;
        }
        catch (Exception away) when (away is ProblemException or RequestTimeoutException)
        {
            Fault = away is ProblemException refused ? refused.Message : "The model registry did not answer; try again.";
        }
        finally
        {
            Writing = null;
            if (turn.Text.Length == 0 && turn.Figures is null)
            {
                _turns.Remove(turn);
            }

            changed();
        }
    }

    private async Task Listen(Turn turn, TextRequest request, Action changed, CancellationToken ct)
    {
        _session.Require("generate");
        var (began, told) = (_time.GetTimestamp(), 0L);
        double? first = null;
        var prices = Prices();
        try
        {
            var model = await _models.Resolve(_session.Tenant, request.Model, ct);
            await foreach (var piece in _answers.Ask(_session.Tenant, model, request, ct))
            {
                first ??= _time.GetElapsedTime(began).TotalSeconds;
                turn.Text += piece.Text;
                if (piece.Final is { } final)
                {
                    var seconds = _time.GetElapsedTime(began).TotalSeconds;
                    var list = await prices.WaitAsync(ct);
                    turn.Figures = new AnswerFigures
                    {
                        Prompt = final.PromptTokens,
                        Completion = final.CompletionTokens,
                        First = first,
                        Seconds = seconds,
                        Cost = list is null ? null : AnswerFigures.CostOf(final, list, model.Model.Name, _time.GetUtcNow()),
                        Currency = list?.Currency,
                        Ended = final.FinishReason,
                    };
                }
                else if (_time.GetElapsedTime(told) >= TellEvery)
                {
                    told = _time.GetTimestamp();
                    changed();
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            turn.Figures = new AnswerFigures { First = first, Seconds = _time.GetElapsedTime(began).TotalSeconds, Ended = "stopped" };
        }
    }

    // Asked while the answer comes: it waits for no price. A ledger that is away costs the figure, not the answer.
    private async Task<PriceList?> Prices()
    {
        try
        {
            return await _ledger.Prices(CancellationToken.None);
        }
        catch (RequestException)
        {
            return null;
        }
    }
}
