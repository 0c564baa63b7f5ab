namespace Aigc.Application.Batches;

/// <summary>Batches. Section <c>Aigc:Application:Batches</c>.</summary>
public sealed class BatchOptions
{
    /// <summary>Most lines of a batch. OpenAI's limit.</summary>
    public int MaxLines { get; set; } = 50_000;

    /// <summary>
    /// Lines of one batch that are asked at once. More than the workers have slots, so that a free slot finds the next line waiting; not
    /// so many that a cancelled batch leaves much behind.
    /// </summary>
    public int LinesInFlight { get; set; } = 32;

    /// <summary>Silence after which a line is asked again. It is the same generation: one that was only waiting is not made twice.</summary>
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Failures of one line, of those that might pass, after which it is an error. Waiting for a busy worker is none.</summary>
    public int LineAttempts { get; set; } = 10;

    /// <summary>First pause before a line is tried again; doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause before a line is tried again.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(30);
}
