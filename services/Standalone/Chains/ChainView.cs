using System.Globalization;
using System.Text;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Standalone.Chains;

/// <summary>What is known of one job of a chain while it runs.</summary>
internal sealed class JobState(Guid id)
{
    private DateTimeOffset _stageSince;
    private double _stageFrom;

    public Guid Id { get; } = id;

    public string Kind { get; private set; } = "";

    public string Title { get; private set; } = "";

    public JobStatus Status { get; private set; } = JobStatus.Queued;

    /// <summary>State of the job's saga.</summary>
    public string Step { get; private set; } = "";

    /// <summary>What its work is doing.</summary>
    public string Stage { get; private set; } = "";

    public double Done { get; private set; }

    public double? Total { get; private set; }

    public string Unit { get; private set; } = "";

    /// <summary>Units a second since the stage began.</summary>
    public double? Rate { get; private set; }

    public DateTimeOffset? Began { get; private set; }

    public DateTimeOffset? Ended { get; private set; }

    public string? Error { get; private set; }

    public IReadOnlyDictionary<string, string> Facts { get; private set; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Result { get; private set; } = new Dictionary<string, string>();

    public StringBuilder Text { get; } = new();

    public List<LossPoint> Loss { get; } = [];

    public TimeSpan? Left => Rate is > 0 && Total is { } total && Status == JobStatus.Running ? TimeSpan.FromSeconds((total - Done) / Rate.Value) : null;

    public void Apply(JobEventInfo happened)
    {
        if (happened.Status is { } status)
        {
            Kind = happened.Kind ?? Kind;
            Title = happened.Title ?? Title;
            Status = status;
            Step = happened.Stage ?? "";
            Result = happened.Result;
            Error = happened.Error?.Message;
            Began ??= status == JobStatus.Queued ? null : happened.At;
            Ended = status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled ? happened.At : null;
            return;
        }

        if (happened.Stage != Stage || happened.Done < Done)
        {
            (Stage, _stageSince, _stageFrom) = (happened.Stage ?? "", happened.At, happened.Done);
        }

        (Done, Total, Unit, Facts) = (happened.Done, happened.Total, happened.Unit ?? "", happened.Facts);
        var seconds = (happened.At - _stageSince).TotalSeconds;
        Rate = seconds > 0.5 && Done > _stageFrom ? (Done - _stageFrom) / seconds : null;
        if (happened.Facts.TryGetValue("text", out var piece))
        {
            Text.Append(piece);
        }

        if (happened.Facts.TryGetValue("loss", out var loss) && double.TryParse(loss, CultureInfo.InvariantCulture, out var nats))
        {
            Loss.Add(new LossPoint { Step = (int)Done, Loss = nats });
        }
    }
}

/// <summary>A chain run as its events tell it.</summary>
internal sealed class ChainView(JobInfo chain)
{
    private readonly List<JobState> _jobs = [];

    public Guid ChainId { get; } = chain.Id;

    /// <summary>The chain's own job.</summary>
    public JobState Chain { get; private set; } = new(chain.Id);

    /// <summary>Jobs the chain ordered, in the order they were first heard of.</summary>
    public IReadOnlyList<JobState> Jobs => _jobs;

    public IEnumerable<JobState> OfKind(string kind) => _jobs.Where(job => job.Kind == kind);

    /// <summary>Takes an event in and returns the job it is about.</summary>
    public JobState Apply(JobEventInfo happened)
    {
        var job = happened.JobId == ChainId ? Chain : _jobs.Find(known => known.Id == happened.JobId);
        if (job is null)
        {
            _jobs.Add(job = new JobState(happened.JobId));
        }

        job.Apply(happened);
        return job;
    }
}
