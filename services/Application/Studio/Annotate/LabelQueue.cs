using Aigc.Application.Studio.Platform;

namespace Aigc.Application.Studio.Annotate;

/// <summary>
/// The tasks one person works through. The next one is leased while this one is looked at, so that labelling never waits; what was leased and not labelled is given
/// back when the person leaves.
/// </summary>
internal sealed class LabelQueue(PlatformApi api, Guid campaign, string person, TimeProvider time) : IAsyncDisposable
{
    private const string Service = "annotation";
    private readonly CancellationTokenSource _gone = new();
    private Task<LeasedTask?>? _next;
    private long _since;

    /// <summary>The task in front of the person; null when there is none left.</summary>
    public LeasedTask? Current { get; private set; }

    /// <summary>Labelled here.</summary>
    public int Done { get; private set; }

    /// <summary>Goes on to the next task.</summary>
    public async Task Advance()
    {
        Current = await (_next ?? Lease());
        _since = time.GetTimestamp();
        // A queue that is empty for this person may fill again: it is asked when the person asks.
        _next = Current is null ? null : Lease();
    }

    /// <summary>Submits a label and goes on.</summary>
    public async Task Submit(LabelDraft draft)
    {
        await api.Post(Service, $"/api/annotation/tasks/{Current!.Task.Id}/submit", new
        {
            annotator = person,
            lease = Current.Lease,
            topic = draft.Choice,
            instruction = draft.Texts.GetValueOrDefault("instruction"),
            response = draft.Texts.GetValueOrDefault("response"),
            lead_time = time.GetElapsedTime(_since).TotalSeconds,
        }, _gone.Token);
        Done++;
        await Advance();
    }

    /// <summary>Leaves the task to somebody else and goes on.</summary>
    public async Task Skip()
    {
        await api.Post(Service, $"/api/annotation/tasks/{Current!.Task.Id}/skip", new { annotator = person, lease = Current.Lease }, _gone.Token);
        await Advance();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var left in new[] { Current, _next is { IsCompletedSuccessfully: true } ? await _next : null })
        {
            if (left is not null)
                await GiveBack(left);
        }

        await _gone.CancelAsync();
        _gone.Dispose();
    }

    private Task<LeasedTask?> Lease() => api.Post<LeasedTask?>(Service, $"/api/annotation/campaigns/{campaign}/tasks/next", new { annotator = person }, _gone.Token);

    // Should it fail, the lease runs out by itself.
    private async Task GiveBack(LeasedTask left)
    {
        try
        {
            await api.Post(Service, $"/api/annotation/tasks/{left.Task.Id}/release", new { annotator = person, lease = left.Lease }, _gone.Token);
        }
        catch (ServiceDefaults.ProblemException)
        {
        }
    }
}
