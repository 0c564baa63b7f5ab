namespace Aigc.Application.Webhooks;

/// <summary>Settings of webhooks. Section <c>Aigc:Application:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>Standard Webhooks' own schedule: over three days in all.</summary>
    private static readonly TimeSpan[] Schedule =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>Networks (CIDR) a webhook may reach although they are private; empty allows public addresses only.</summary>
    public string[] AllowPrivate { get; set; } = [];

    /// <summary>How long a receiver may take to answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Pauses between the tries of one delivery; empty for Standard Webhooks' schedule (5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h).</summary>
    public TimeSpan[] Retries { get; set; } = [];

    /// <summary>An endpoint that has done nothing but fail for so long is switched off.</summary>
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(5);

    /// <summary>How long the secret before the present one is still signed with.</summary>
    public TimeSpan RotationOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long deliveries are kept for the log and for replays.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Deliveries of one process under way at once.</summary>
    public int AtOnce { get; set; } = 16;

    /// <summary>Deliveries to one endpoint under way at once, so that a slow one does not keep the others waiting.</summary>
    public int AtOncePerEndpoint { get; set; } = 4;

    internal TimeSpan[] Pauses => Retries.Length > 0 ? Retries : Schedule;
}
