using System.ComponentModel.DataAnnotations;

namespace Aigc.Inference.Serving.Remote;

/// <summary>One engine of <c>Aigc:Inference:Remotes</c>: a server that speaks OpenAI's HTTP interface.</summary>
public sealed class RemoteOptions
{
    /// <summary>Where it is, with or without <c>/v1</c>.</summary>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>Sent as bearer token; null for none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>How long a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>From leaving the line to the first token, repetitions included.</summary>
    public TimeSpan FirstTokenTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Between two pieces of an answer. Comments that keep a connection alive do not count.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the server is asked how it is.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Requests the server has at once from this worker.</summary>
    [Range(1, 100_000)]
    public int MaxConcurrent { get; set; } = 32;

    /// <summary>Requests that may wait for their turn in this worker.</summary>
    [Range(0, 100_000)]
    public int WaitingLine { get; set; } = 64;

    /// <summary>
    /// Fields beyond OpenAI's that the server takes: <c>top_k</c>, <c>min_p</c>, <c>repetition_penalty</c> (or llama.cpp's <c>repeat_penalty</c>),
    /// <c>stop_token_ids</c>, and <c>response_format</c> for prompts without messages.
    /// </summary>
    public IReadOnlyList<string> Extensions { get; set; } = [];
}
