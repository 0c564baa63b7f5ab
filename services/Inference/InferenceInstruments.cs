using System.Diagnostics.Metrics;

namespace Aigc.Inference;

/// <summary>What the workers measure. Durations in seconds; tagged with the model's name.</summary>
internal sealed class InferenceInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Aigc.Inference";

    /// <summary>Arrival at the worker to a slot.</summary>
    public const string QueueTime = "aigc.inference.queue.duration";

    /// <summary>Arrival at the worker to the first token.</summary>
    public const string TimeToFirstToken = "aigc.inference.time_to_first_token";

    /// <summary>Between two tokens of one answer.</summary>
    public const string TimePerToken = "aigc.inference.time_per_token";

    /// <summary>Rows of a decode run.</summary>
    public const string BatchOccupancy = "aigc.inference.batch.occupancy";

    /// <summary>Share of the cache that holds tokens, 0 … 1.</summary>
    public const string KvUse = "aigc.inference.kv.use";

    /// <summary>Tokens, tagged <c>kind</c> = <c>prompt</c> or <c>completion</c>.</summary>
    public const string Tokens = "aigc.inference.tokens";

    /// <summary>Seconds to load a model.</summary>
    public const string LoadTime = "aigc.inference.model.load.duration";

    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerToken;
    private readonly Histogram<int> _batchOccupancy;
    private readonly Gauge<double> _kvUse;
    private readonly Counter<long> _tokens;
    private readonly Histogram<double> _loadTime;

    public InferenceInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _queueTime = meter.CreateHistogram<double>(QueueTime, "s");
        _timeToFirstToken = meter.CreateHistogram<double>(TimeToFirstToken, "s");
        _timePerToken = meter.CreateHistogram<double>(TimePerToken, "s");
        _batchOccupancy = meter.CreateHistogram<int>(BatchOccupancy, "{row}");
        _kvUse = meter.CreateGauge<double>(KvUse, "1");
        _tokens = meter.CreateCounter<long>(Tokens, "{token}");
        _loadTime = meter.CreateHistogram<double>(LoadTime, "s");
    }

    public void Seated(string model, TimeSpan waited) => _queueTime.Record(waited.TotalSeconds, Model(model));

    public void FirstToken(string model, TimeSpan since) => _timeToFirstToken.Record(since.TotalSeconds, Model(model));

    public void NextToken(string model, TimeSpan since) => _timePerToken.Record(since.TotalSeconds, Model(model));

    public void Stepped(string model, int rows, double kvUse)
    {
        if (rows > 0)
            _batchOccupancy.Record(rows, Model(model));
        _kvUse.Record(kvUse, Model(model));
    }

    public void Counted(string model, int promptTokens, int completionTokens)
    {
        _tokens.Add(promptTokens, Model(model), new("kind", "prompt"));
        _tokens.Add(completionTokens, Model(model), new("kind", "completion"));
    }

    public void Loaded(string model, TimeSpan took) => _loadTime.Record(took.TotalSeconds, Model(model));

    private static KeyValuePair<string, object?> Model(string name) => new("model", name);
}
