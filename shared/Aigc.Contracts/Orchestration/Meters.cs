namespace Aigc.Contracts.Orchestration;

/// <summary>
/// What is counted and how it becomes money. Amounts of money are whole billionths ("nano") of the installation's currency, never fractions. A price is so
/// many of them for one unit; quantities are counted in parts of the unit, and the cost of each meter is rounded up to the next whole one.
/// </summary>
public static class Meters
{
    /// <summary>Billionths in one of the currency.</summary>
    public const long One = 1_000_000_000;

    /// <summary>Tokens of the prompt that were computed. Unit: a million; counted: tokens.</summary>
    public const string InputTokens = "input_tokens";

    /// <summary>Tokens of the prompt that an earlier request had computed.</summary>
    public const string CachedTokens = "cached_input_tokens";

    /// <summary>Tokens of answers.</summary>
    public const string OutputTokens = "output_tokens";

    /// <summary>Time a model worked for an answer. Without a price unless one is set: tokens pay for it. Unit: a second; counted: milliseconds.</summary>
    public const string AnswerSeconds = "answer_seconds";

    /// <summary>Texts classified. Without a price unless one is set: tokens pay for them. Unit and counted: one.</summary>
    public const string ClassifiedTexts = "classified_texts";

    /// <summary>Images. Unit and counted: one.</summary>
    public const string Images = "images";

    /// <summary>Video made. Unit: a second of video; counted: milliseconds.</summary>
    public const string VideoSeconds = "video_seconds";

    /// <summary>Processor time. Unit: a second; counted: milliseconds.</summary>
    public const string CpuSeconds = "cpu_seconds";

    /// <summary>Accelerator time. Unit: a second; counted: milliseconds.</summary>
    public const string GpuSeconds = "gpu_seconds";

    /// <summary>Training as it runs, whatever the device. Unit: an hour; counted: milliseconds.</summary>
    public const string TrainingHours = "training_hours";

    /// <summary>Tasks labelled. Unit and counted: one.</summary>
    public const string Tasks = "annotated_tasks";

    /// <summary>People's work. Unit: an hour; counted: milliseconds.</summary>
    public const string PeopleHours = "people_hours";

    /// <summary>Bytes stored for good, paid for once. Unit: a gibibyte; counted: bytes.</summary>
    public const string StoredGibibytes = "stored_gibibytes";

    /// <summary>Publications. Unit and counted: one.</summary>
    public const string Publications = "publications";

    /// <summary>How many of what is counted make the unit that has a price.</summary>
    public static IReadOnlyDictionary<string, long> Units { get; } = new Dictionary<string, long>
    {
        [InputTokens] = 1_000_000,
        [CachedTokens] = 1_000_000,
        [OutputTokens] = 1_000_000,
        [AnswerSeconds] = 1_000,
        [ClassifiedTexts] = 1,
        [Images] = 1,
        [VideoSeconds] = 1_000,
        [CpuSeconds] = 1_000,
        [GpuSeconds] = 1_000,
        [TrainingHours] = 3_600_000,
        [Tasks] = 1,
        [PeopleHours] = 3_600_000,
        [StoredGibibytes] = 1L << 30,
        [Publications] = 1,
    };

    /// <summary>What quantities cost: each meter rounded up to a whole billionth, then added. What has no price costs nothing. Never less than 0.</summary>
    public static long Cost(IReadOnlyDictionary<string, long> quantities, IReadOnlyDictionary<string, long> rates)
    {
        Int128 cost = 0;
        foreach (var (meter, quantity) in quantities)
        {
            if (quantity > 0 && rates.TryGetValue(meter, out var rate) && rate > 0 && Units.TryGetValue(meter, out var unit))
            {
                cost += (((Int128)quantity * rate) + unit - 1) / unit;
            }
        }

        return cost > long.MaxValue ? long.MaxValue : (long)cost;
    }

    /// <summary>Quantities of an answer: tokens that were known are counted apart.</summary>
    public static Dictionary<string, long> OfText(int promptTokens, int cachedTokens, int completionTokens)
    {
        var cached = Math.Clamp(cachedTokens, 0, Math.Max(promptTokens, 0));
        return new() { [InputTokens] = promptTokens - cached, [CachedTokens] = cached, [OutputTokens] = completionTokens };
    }
}
