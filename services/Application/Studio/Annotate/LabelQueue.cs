using Aigc.Application.Studio.Platform;

namespace Aigc.Application.Studio.Annotate;

/// <summary>
/// The tasks one person works through. The next one is leased while this one is looked at, so that labelling never waits; what was leased and not labelled is given
/// back when the person leaves.
/// </summary>
internal sealed class LabelQueue(PlatformApi api, Guid campaign, TimeProvider time) : IAsyncDisposable
{
    private const string Service = "annotation";
    private readonly CancellationTokenSource _gone = new();
    // Tasks that an undo has pushed aside; they are leased still.
    private readonly Stack<LeasedTask> _aside = [];
    private Task<LeasedTask?>? _next;
    private (LeasedTask Task, bool Labelled)? _last;
    private long _since;

    /// <summary>The task in front of the person; null when there is none left.</summary>
    public LeasedTask? Current { get; private set; }

    /// <summary>Labelled here.</summary>
    public int Done { get; private set; }

    /// <summary>Whether the last label or skip can be taken back.</summary>
    public bool CanUndo => _last is not null;

    /// <summary>Goes on to the next task.</summary>
    public async Task Advance()
    {
        if (_aside.TryPop(out var aside))
        {
            Current = aside;
        }
        else
        {
            // A lease that failed is asked for again: what failed must not be what is there for ever.
            var next = _next ?? Lease();
            _next = null;
            Current = await next;
        }

        _since = time.GetTimestamp();
        // A queue that is empty for this person may fill again: it is asked when the person asks.
        _next ??= Current is null ? null : Lease();
    }

    /// <summary>Submits a label and goes on.</summary>
    public async Task Submit(LabelDraft draft)
    {
        var current = Current!;
        await api.Post(
            Service,
            $"/api/annotation/tasks/{current.Task.Id}/submit",
            new Dictionary<string, object?>(draft.Answer) { ["lease"] = current.Lease, ["lead_time"] = time.GetElapsedTime(_since).TotalSeconds },
            _gone.Token);
        (_last, Done) = ((current, true), Done + 1);
        await Advance();
    }

    /// <summary>Leaves the task to somebody else and goes on.</summary>
    public async Task Skip()
    {
        var current = Current!;
        await api.Post(Service, $"/api/annotation/tasks/{current.Task.Id}/skip", new { lease = current.Lease }, _gone.Token);
        _last = (current, false);
        await Advance();
    }

    /// <summary>Takes the last label or skip back; its task comes again, and the one that is here after it.</summary>
    public async Task Undo()
    {
        if (_last is not var (task, labelled))
        {
            return;
        }

        // Refused once, it would be refused again.
        _last = null;
        var again = await api.Post<LeasedTask>(Service, $"/api/annotation/tasks/{task.Task.Id}/undo", new { lease = task.Lease }, _gone.Token);
        if (Current is { } current)
        {
            _aside.Push(current);
        }

        (Current, _since, Done) = (again, time.GetTimestamp(), labelled ? Done - 1 : Done);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var left in _aside.Append(Current).Append(_next is { IsCompletedSuccessfully: true } ? await _next : null))
        {
            if (left is not null)
                await GiveBack(left);
        }

        await _gone.CancelAsync();
        _gone.Dispose();
    }

    private Task<LeasedTask?> Lease() => api.Post<LeasedTask?>(Service, $"/api/annotation/campaigns/{campaign}/tasks/next", new { }, _gone.Token);

    // Should it fail, the lease runs out by itself.
    private async Task GiveBack(LeasedTask left)
    {
        try
        {
            await api.Post(Service, $"/api/annotation/tasks/{left.Task.Id}/release", new { lease = left.Lease }, _gone.Token);
        }
        catch (ServiceDefaults.ProblemException)
        {
        }
    }
}
