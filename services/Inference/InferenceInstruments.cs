using System.Diagnostics.Metrics;
using Aigc.Contracts.Inference;

namespace Aigc.Inference;

/// <summary>What the workers measure. Durations in seconds; tagged with the model's name, and with <c>priority</c> where it makes a difference.</summary>
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

    /// <summary>Tokens, tagged <c>kind</c> = <c>prompt</c>, <c>completion</c>, <c>cached</c> for those of the prompt that were not computed, <c>embedded</c>, or <c>classified</c>.</summary>
    public const string Tokens = "aigc.inference.tokens";

    /// <summary>Requests refused by the engine, tagged with the problem's <c>code</c>.</summary>
    public const string Refusals = "aigc.inference.refusals";

    /// <summary>Batch sequences that gave their slot to an interactive one.</summary>
    public const string Preemptions = "aigc.inference.preemptions";

    /// <summary>Seconds to load a model.</summary>
    public const string LoadTime = "aigc.inference.model.load.duration";

    /// <summary>Tokens that drafts proposed.</summary>
    public const string DraftProposed = "aigc.inference.draft.proposed";

    /// <summary>Those of them that were the answer's.</summary>
    public const string DraftAccepted = "aigc.inference.draft.accepted";

    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerToken;
    private readonly Histogram<int> _batchOccupancy;
    private readonly Gauge<double> _kvUse;
    private readonly Counter<long> _tokens;
    private readonly Histogram<double> _loadTime;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _preemptions;
    private readonly Counter<long> _proposed;
    private readonly Counter<long> _accepted;

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
        _refusals = meter.CreateCounter<long>(Refusals, "{request}");
        _preemptions = meter.CreateCounter<long>(Preemptions, "{sequence}");
        _proposed = meter.CreateCounter<long>(DraftProposed, "{token}");
        _accepted = meter.CreateCounter<long>(DraftAccepted, "{token}");
    }

    public void Seated(string model, GenerationPriority priority, TimeSpan waited) => _queueTime.Record(waited.TotalSeconds, Model(model), Priority(priority));

    public void FirstToken(string model, GenerationPriority priority, TimeSpan since) =>
        _timeToFirstToken.Record(since.TotalSeconds, Model(model), Priority(priority));

    public void NextToken(string model, TimeSpan since) => _timePerToken.Record(since.TotalSeconds, Model(model));

    public void Stepped(string model, int rows, double kvUse)
    {
        if (rows > 0)
            _batchOccupancy.Record(rows, Model(model));
        _kvUse.Record(kvUse, Model(model));
    }

    public void Counted(string model, int promptTokens, int cachedTokens, int completionTokens)
    {
        _tokens.Add(cachedTokens, Model(model), new("kind", "cached"));
        _tokens.Add(promptTokens, Model(model), new("kind", "prompt"));
        _tokens.Add(completionTokens, Model(model), new("kind", "completion"));
    }

    public void Embedded(string model, long tokens) => _tokens.Add(tokens, Model(model), new KeyValuePair<string, object?>("kind", "embedded"));

    public void Classified(string model, long tokens) => _tokens.Add(tokens, Model(model), new KeyValuePair<string, object?>("kind", "classified"));

    public void Loaded(string model, TimeSpan took) => _loadTime.Record(took.TotalSeconds, Model(model));

    public void Refused(string model, GenerationPriority priority, string code) => _refusals.Add(1, Model(model), Priority(priority), new("code", code));

    public void Preempted(string model, long sequences) => _preemptions.Add(sequences, Model(model), Priority(GenerationPriority.Batch));

    public void Drafted(string model, int proposed, int accepted)
    {
        _proposed.Add(proposed, Model(model));
        _accepted.Add(accepted, Model(model));
    }

    private static KeyValuePair<string, object?> Priority(GenerationPriority priority) =>
        new("priority", priority == GenerationPriority.Batch ? "batch" : "interactive");

    private static KeyValuePair<string, object?> Model(string name) => new("model", name);
}
