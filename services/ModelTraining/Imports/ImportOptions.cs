namespace Aigc.ModelTraining.Imports;

/// <summary>Section <c>Aigc:Imports</c>. Which hub and with which token is the operator's to say, never a caller's.</summary>
internal sealed class ImportOptions
{
    /// <summary>Address of the hub. One in a private network may be named here; what it redirects to is checked like any other address.</summary>
    public Uri Hub { get; set; } = new("https://huggingface.co");

    /// <summary>Token of the hub; sent to that very scheme, host and port and nowhere else.</summary>
    public string? Token { get; set; }

    /// <summary>Whether imports may reach addresses that are not of the public internet. Only for an operator who trusts everybody that may import.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Most files of one model.</summary>
    public int MaxFiles { get; set; } = 500;

    /// <summary>Most bytes of one model.</summary>
    public long MaxBytes { get; set; } = 200L << 30;

    /// <summary>Seconds a server may say nothing, before its answer and within it. A slow download may take as long as it moves.</summary>
    public double StallSeconds { get; set; } = 60;

    /// <summary>Failures without a byte gained after which a file is given up for this attempt.</summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>Pause before the first retry; doubled for every further one.</summary>
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the folders of imports that have ended are looked for.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromMinutes(1);
}
