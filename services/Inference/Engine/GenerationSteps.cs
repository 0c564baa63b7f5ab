using Aigc.Contracts;
using Aigc.Inference.Engine.Drafts;

namespace Aigc.Inference.Engine;

/// <summary>
/// The steps of <see cref="TextGenerator"/>, without its thread. A step with known rows allocates no managed memory; only beginning and
/// ending a request does, and telling log probabilities.
/// </summary>
internal sealed class GenerationSteps(
    string model, IDecoderBackend backend, ITokenText tokens, SchedulerLimits limits, InferenceInstruments instruments, TimeProvider time,
    Drafting? drafting = null)
{
    private readonly BatchScheduler<RunningGeneration> _scheduler = new(limits);
    private readonly TokenChooser _chooser = new(model, new Sampler(backend.VocabularySize), tokens, instruments, time);
    private readonly List<RunningGeneration> _live = [];
    private readonly List<SlotCopy> _copies = [];
    private readonly int[] _tokens = new int[backend.Slots];
    private readonly int[] _lengths = new int[backend.Slots];
    private readonly LoopMeter _meter = new(time);
    private long _preemptions;

    /// <summary>What ran so far.</summary>
    public EngineStatistics Statistics => _meter.Read();

    /// <summary>Slots in use and sequences waiting.</summary>
    public (int Active, int Waiting) Load => _meter.Load;

    /// <summary>Takes a request into the waiting line or refuses it, or somebody else for it.</summary>
    public void Accept(RunningGeneration generation)
    {
        switch (_scheduler.Enqueue(generation, out var displaced))
        {
            case Admission.TooLong:
                Refuse(generation, Problems.ContextLengthExceeded(generation.PromptTokens, limits.SlotLength));
                break;
            case Admission.LineFull:
                Refuse(generation, Problems.LineFull(_scheduler.Waiting));
                break;
            default:
                _live.Add(generation);
                if (displaced is not null && _live.Remove(displaced))
                    Refuse(displaced, Problems.LineFull(_scheduler.Waiting));
                break;
        }
    }

    /// <summary>Runs one step. False when there was nothing to do.</summary>
    public bool Run()
    {
        DropCancelled();
        var step = _scheduler.Next(_copies);
        Copy();
        CountPreemptions();
        _meter.Begin(_scheduler.Active, _scheduler.Waiting);
        if (step.IsIdle)
            return false;
        if (step.Prefill is not null)
            RunChunk(step);
        if (step.Decode > 0 && !RunDraft(step))
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
            instruments.Seated(model, generation.Priority, time.GetElapsedTime(generation.Arrived, generation.Seated));
        }
        _meter.EnterBackend();
        try
        {
            backend.Adapt(generation.Slot, generation.Adapter);
            backend.Prefill(generation.Slot, generation.Tokens.AsSpan(step.ChunkStart, step.ChunkLength), step.ChunkStart);
        }
        catch (Exception e)
        {
            Drop(generation, Problems.EngineFault(e.Message), trusted: false);
            return;
        }
        finally
        {
            _meter.LeaveBackend();
        }
        if (_scheduler.Advance(step))
            Choose(generation, 0, time.GetTimestamp());
    }

    /// <summary>
    /// A sequence that decodes alone, with what its draft proposes: one run gives the logits of every proposed token, and as long as the request chooses what was
    /// proposed, it chooses again from the next row. False where nothing was proposed and the step is an ordinary one.
    /// </summary>
    private bool RunDraft(Step<RunningGeneration> step)
    {
        if (drafting is null || step.Prefill is not null || step.Decode > 1)
            return false;
        var generation = _scheduler.Decoding[0];
        _meter.EnterBackend();
        ReadOnlySpan<int> chunk;
        try
        {
            chunk = drafting.Propose(generation);
            if (chunk.IsEmpty)
                return false;
            drafting.BeginTarget();
            backend.Adapt(0, generation.Adapter);
            backend.Verify(0, chunk, generation.Length);
        }
        catch (Exception e)
        {
            Drop(generation, Problems.EngineFault(e.Message), trusted: false);
            return true;
        }
        finally
        {
            _meter.LeaveBackend();
        }
        var (now, accepted) = (time.GetTimestamp(), 0);
        for (var row = 0; row < chunk.Length; row++)
        {
            generation.Length++;
            var chosen = Choose(generation, row, now);
            if (!chosen || row + 1 == chunk.Length || generation.LastToken != chunk[row + 1])
                break;
            accepted++;
            if (_chooser.Finished.Count > 0)
                break;
        }
        drafting.EndVerified(accepted, now);
        _meter.CountDraft(chunk.Length - 1, accepted);
        instruments.Drafted(model, chunk.Length - 1, accepted);
        return true;
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
            drafting?.BeginTarget();
            backend.Decode(_tokens.AsSpan(0, rows), _lengths.AsSpan(0, rows));
        }
        catch (Exception e)
        {
            // Nobody's row can be trusted after a failed run; those that wait or prefill are not concerned.
            for (var row = rows - 1; row >= 0; row--)
                Drop(_scheduler.Decoding[row], Problems.EngineFault(e.Message), trusted: false);
            return;
        }
        finally
        {
            _meter.LeaveBackend();
        }
        var now = time.GetTimestamp();
        if (rows == 1)
            drafting?.EndPlain(now);
        for (var row = 0; row < rows; row++)
        {
            _scheduler.Decoding[row].Length++;
            Choose(_scheduler.Decoding[row], row, now);
        }
    }

    private bool Choose(RunningGeneration generation, int row, long now)
    {
        if (!_chooser.Choose(generation, backend.Logits(row), now))
            return false;
        _meter.CountToken();
        return true;
    }

    private void FinishAll()
    {
        foreach (var (generation, problem) in _chooser.Finished)
        {
            if (problem is not null)
            {
                Drop(generation, problem, trusted: false);
                continue;
            }
            Leave(generation, trusted: true);
            instruments.Counted(model, generation.PromptTokens, generation.Cached, generation.Generated);
            generation.Succeed(_chooser.Result(generation));
        }
        _chooser.Finished.Clear();
    }

    private void DropCancelled()
    {
        for (var i = _live.Count - 1; i >= 0; i--)
        {
            if (_live[i].IsCancelled)
                Drop(_live[i], Problems.Cancelled);
        }
    }

    private void Refuse(RunningGeneration generation, Problem problem)
    {
        instruments.Refused(model, generation.Priority, problem.Code);
        generation.Fail(problem);
    }

    private void Drop(RunningGeneration generation, Problem problem, bool trusted = true)
    {
        Leave(generation, trusted);
        generation.Fail(problem);
    }

    private void Leave(RunningGeneration generation, bool trusted)
    {
        _live.Remove(generation);
        _scheduler.Release(generation, _copies, trusted);
        Copy();
    }

    private void Copy()
    {
        foreach (var copy in _copies)
            backend.Move(copy.From, copy.To, copy.Length);
        _copies.Clear();
    }

    private void CountPreemptions()
    {
        if (_scheduler.Preemptions == _preemptions)
            return;
        instruments.Preempted(model, _scheduler.Preemptions - _preemptions);
        _preemptions = _scheduler.Preemptions;
    }

    private double KvUse()
    {
        var held = _scheduler.Prefilling?.Length ?? 0;
        for (var row = 0; row < _scheduler.Decoding.Count; row++)
            held += _scheduler.Decoding[row].Length;
        return (double)held / ((long)limits.Slots * limits.SlotLength);
    }
}
