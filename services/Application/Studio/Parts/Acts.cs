using Aigc.ServiceDefaults;

namespace Aigc.Application.Studio.Parts;

/// <summary>What a person does on a page: one thing at a time, and what was said against the last one stays to be read.</summary>
internal sealed class Acts
{
    /// <summary>Whether something is under way.</summary>
    public bool Busy { get; private set; }

    /// <summary>Why the last act was refused; null when it was not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Does it, unless something is under way already: a button that is pressed twice is pressed once.</summary>
    public async Task Do(Func<Task> act)
    {
        if (Busy)
        {
            return;
        }

        (Busy, Fault) = (true, null);
        try
        {
            await act();
        }
        catch (ProblemException refused)
        {
            Fault = refused.Message;
        }
        finally
        {
            Busy = false;
        }
    }
}
