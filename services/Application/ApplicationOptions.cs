using Aigc.Application.Responses;
using Aigc.Application.Webhooks;

namespace Aigc.Application;

/// <summary>Settings of the application layer. Section <c>Aigc:Application</c>.</summary>
public sealed class ApplicationOptions
{
    /// <summary>How long an interactive request waits for the next sign of life of its answer before it is given up with 503.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How long what was set aside for an answer stays so when nothing is heard of it. Never shorter than an answer may take in all.</summary>
    public TimeSpan OutcomeTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Interactive generations this process has open at once; one more is answered with 503, not queued. The in-memory bus has no back-pressure of its own.</summary>
    public int MaxOpenAnswers { get; set; } = 256;

    /// <summary>How long the list of models is remembered.</summary>
    public TimeSpan ModelsCached { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often stores are asked for news of a job that somebody watches.</summary>
    public TimeSpan WatchEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A comment line is sent on an event stream that has been silent for so long.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a running job may be silent before its saga is asked where it stands.</summary>
    public TimeSpan JobSilence { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an accepted request may stay unheard before it is sent again.</summary>
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often progress of one stage of one job is stored, at most.</summary>
    public TimeSpan ProgressEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Stored responses.</summary>
    public ResponseOptions Responses { get; set; } = new();

    /// <summary>Webhooks.</summary>
    public WebhookOptions Webhooks { get; set; } = new();
}
