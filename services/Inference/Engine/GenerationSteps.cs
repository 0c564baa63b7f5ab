using Aigc.Contracts;

namespace Aigc.Inference.Engine;

/// <summary>
/// The steps of <see cref="TextGenerator"/>, without its thread. A step with known rows allocates no managed memory; only beginning and
/// ending a request does.
/// </summary>
internal sealed class GenerationSteps(
    string model, IDecoderBackend backend, ITokenText tokens, SchedulerLimits limits, InferenceInstruments instruments, TimeProvider time)
{
    private readonly BatchScheduler<RunningGeneration> _scheduler = new(limits);
    private readonly Sampler _sampler = new(backend.VocabularySize);
    private readonly List<RunningGeneration> _live = [];
    private readonly List<(RunningGeneration Generation, string Reason)> _finished = [];
    private readonly List<SlotMove<RunningGeneration>> _moves = [];
    private readonly int[] _tokens = new int[backend.Slots];
    private readonly int[] _lengths = new int[backend.Slots];
    private readonly LoopMeter _meter = new(time);

    /// <summary>What ran so far.</summary>
    public EngineStatistics Statistics => _meter.Read();

    /// <summary>Slots in use and sequences waiting.</summary>
    public (int Active, int Waiting) Load => _meter.Load;

    /// <summary>Takes a request into the waiting line or refuses it.</summary>
    public void Accept(RunningGeneration generation)
    {
        switch (_scheduler.Enqueue(generation))
        {
            case Admission.TooLong:
                generation.Fail(Problems.ContextLengthExceeded(generation.PromptTokens, limits.SlotLength));
                break;
            case Admission.LineFull:
                generation.Fail(Problems.LineFull(_scheduler.Waiting));
                break;
            default:
                generation.TokenBudget = Math.Min(generation.Sampling.MaxTokens, limits.SlotLength - generation.PromptTokens);
                _live.Add(generation);
                break;
        }
    }

    /// <summary>Runs one step. False when there was nothing to do.</summary>
    public bool Run()
    {
        DropCancelled();
        var step = _scheduler.Next();
        _meter.Begin(_scheduler.Active, _scheduler.Waiting);
        if (step.IsIdle)
            return false;
        if (step.Prefill is not null)
            RunChunk(step);
        if (step.Decode > 0)
            RunDecode(step.Decode);
        FinishAll();
        instruments.Stepped(model, step.Decode, KvUse());
        _meter.End(step.Decode);
        return true;
    }

    /// <summary>Ends everything that is not finished.</summary>
    public void FailAll(Problem problem)
    {
        while (_live.Count > 0)
            Drop(_live[^1], problem);
    }

    private void RunChunk(Step<RunningGeneration> step)
    {
        var generation = step.Prefill!;
        if (generation.Seated == 0)
        {
            generation.Seated = time.GetTimestamp();
            instruments.Seated(model, time.GetElapsedTime(generation.Arrived, generation.Seated));
        }
        _meter.EnterBackend();
        try
        {
            backend.Adapt(generation.Slot, generation.Adapter);
            backend.Prefill(generation.Slot, generation.Prompt.AsSpan(step.ChunkStart, step.ChunkLength), step.ChunkStart);
        }
        catch (Exception e)
        {
            Drop(generation, Problems.EngineFault(e.Message));
            return;
        }
        finally
        {
            _meter.LeaveBackend();
        }
        generation.Length += step.ChunkLength;
        if (_scheduler.Advance(step))
            Choose(generation, backend.Logits(0), time.GetTimestamp());
    }

    private void RunDecode(int rows)
    {
        for (var row = 0; row < rows; row++)
            (_tokens[row], _lengths[row]) = (_scheduler.Decoding[row].LastToken, _scheduler.Decoding[row].Length);
        _meter.EnterBackend();
        try
        {
            for (var row = 0; row < rows; row++)
                backend.Adapt(row, _scheduler.Decoding[row].Adapter);
            backend.Decode(_tokens.AsSpan(0, rows), _lengths.AsSpan(0, rows));
        }
        catch (Exception e)
        {
            // Nobody's row can be trusted after a failed run; those that wait or prefill are not concerned.
            for (var row = rows - 1; row >= 0; row--)
                Drop(_scheduler.Decoding[row], Problems.EngineFault(e.Message));
            return;
        }
        finally
        {
            _meter.LeaveBackend();
        }
        var now = time.GetTimestamp();
        for (var row = 0; row < rows; row++)
        {
            _scheduler.Decoding[row].Length++;
            Choose(_scheduler.Decoding[row], backend.Logits(row), now);
        }
    }

    private void Choose(RunningGeneration generation, ReadOnlySpan<float> logits, long now)
    {
        var token = generation.Choose(_sampler, logits);
        if (token < 0)
        {
            _finished.Add((generation, ""));
            return;
        }
        generation.Generated++;
        generation.LastToken = token;
        _meter.CountToken();
        if (generation.Generated == 1)
        {
            generation.FirstTokenAt = now;
            instruments.FirstToken(model, time.GetElapsedTime(generation.Arrived, now));
        }
        else
        {
            instruments.NextToken(model, time.GetElapsedTime(generation.LastTokenAt, now));
        }
        generation.LastTokenAt = now;
        if (tokens.IsEnd(token) || generation.Answer.Append(tokens.BytesOf(token)))
            _finished.Add((generation, "stop"));
        else if (generation.Generated >= generation.TokenBudget)
            _finished.Add((generation, "length"));
        if (generation.Generated == 1)
            generation.AnnounceFirstText();
    }

    private void FinishAll()
    {
        foreach (var (generation, reason) in _finished)
        {
            if (reason.Length == 0)
            {
                Drop(generation, Problems.NotANumber(generation.Generated + 1));
                continue;
            }
            Leave(generation);
            generation.Answer.Finish();
            instruments.Counted(model, generation.PromptTokens, generation.Generated);
            generation.Succeed(new(
                generation.Answer.Whole, reason, generation.PromptTokens, generation.Generated,
                time.GetElapsedTime(generation.Arrived, generation.Seated),
                time.GetElapsedTime(generation.Arrived, generation.FirstTokenAt),
                time.GetElapsedTime(generation.Arrived)));
        }
        _finished.Clear();
    }

    private void DropCancelled()
    {
        for (var i = _live.Count - 1; i >= 0; i--)
        {
            if (_live[i].IsCancelled)
                Drop(_live[i], Problems.Cancelled);
        }
    }

    private void Drop(RunningGeneration generation, Problem problem)
    {
        Leave(generation);
        generation.Fail(problem);
    }

    private void Leave(RunningGeneration generation)
    {
        _live.Remove(generation);
        _moves.Clear();
        _scheduler.Release(generation, _moves);
        foreach (var move in _moves)
            backend.Move(move.From, move.To, move.Seat.Length);
    }

    private double KvUse()
    {
        var held = _scheduler.Prefilling?.Length ?? 0;
        foreach (var generation in _live)
            held += generation.State == SeatState.Decoding ? generation.Length : 0;
        return (double)held / ((long)limits.Slots * limits.SlotLength);
    }
}
