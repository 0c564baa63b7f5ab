namespace Aigc.Distribution;

/// <summary>Section <c>Aigc:Distribution</c>.</summary>
public sealed class DistributionOptions
{
    /// <summary>Most entries a feed keeps; the oldest go first.</summary>
    public int FeedEntries { get; set; } = 200;

    /// <summary>Signing secrets of webhooks by name, each <c>whsec_</c> and base64 of 24–64 bytes (Standard Webhooks).</summary>
    public Dictionary<string, string> WebhookSecrets { get; set; } = [];

    /// <summary>How long a webhook may take to answer; under 25 s, so that it ends before its lock does.</summary>
    public TimeSpan WebhookTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a channel that is away is tried before the publication fails.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(3);

    /// <summary>Networks (CIDR) a webhook may reach although they are private; empty allows public addresses only.</summary>
    public string[] AllowedNetworks { get; set; } = [];
}

/// <summary>Section <c>Aigc:Provenance</c>: what goes into the labels.</summary>
public sealed class ProvenanceOptions
{
    /// <summary>Name or code of the service that generates (GB 45438 ContentProducer).</summary>
    public string Producer { get; set; } = "Aigc";

    /// <summary>Name or code of the service that distributes (GB 45438 ContentPropagator).</summary>
    public string Propagator { get; set; } = "Aigc";

    /// <summary>Secret of keyed integrity codes; empty for plain digests, which tell damage but not forgery.</summary>
    public string IntegrityKey { get; set; } = "";

    /// <summary>The visible line; <c>{model}</c> is replaced. Null for the default.</summary>
    public string? VisibleLine { get; set; }
}
