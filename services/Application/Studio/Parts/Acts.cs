using Aigc.ServiceDefaults;

namespace Aigc.Application.Studio.Parts;

/// <summary>What a person does on a page, one at a time, and why the last was refused.</summary>
internal sealed class Acts
{
    private Task _loading = Task.CompletedTask;

    /// <summary>Whether something is under way.</summary>
    public bool Busy { get; private set; }

    /// <summary>Why the last act was refused; null when it was not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Brings what the page shows. An act meanwhile waits for it and is not lost.</summary>
    public Task Load(Func<Task> load) => _loading = Try(load);

    /// <summary>Does it, unless something is under way already: a button that is pressed twice is pressed once.</summary>
    public async Task Do(Func<Task> act)
    {
        if (Busy)
        {
            return;
        }

        Busy = true;
        try
        {
            await _loading;
            await Try(act);
        }
        finally
        {
            Busy = false;
        }
    }

    private async Task Try(Func<Task> act)
    {
        Fault = null;
        try
        {
            await act();
        }
        catch (ProblemException refused)
        {
            Fault = refused.Message;
        }
    }
}
