using System.Text;
using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Dedup;
using Aigc.DataSupply.Extractors;
using Aigc.DataSupply.Languages;
using Aigc.DataSupply.Pii;
using Aigc.DataSupply.Rules;
using Aigc.Storage.Artifacts;

namespace Aigc.DataSupply.Builds;

/// <summary>
/// Prepares one shard: extract, identify the language, take signals, judge, redact, sign. Deterministic: the same shard gives the same bytes.
/// A file that cannot be read is counted with its reason and the shard goes on.
/// </summary>
internal sealed class ShardPreparer(IArtifactStore artifacts, PrepareSpec prepare)
{
    private readonly RuleSet _rules = RuleSet.Load(prepare.Preset);
    private readonly SortedDictionary<string, long> _redacted = new(StringComparer.Ordinal);
    private readonly SkipCounts _skips = new();
    private SignalReader? _signals;
    private long _textBytes;

    /// <summary>Documents read so far.</summary>
    public long Documents { get; private set; }

    public async Task Prepare(PlanShard shard, Stream target, CancellationToken ct)
    {
        _signals = new(_rules);
        using var lines = new JsonLinesFile(target);
        foreach (var file in shard.Files)
        {
            await using var content = await artifacts.Open(file.Digest, ct);
            PrepareFile(file, content, lines, ct);
        }

        lines.Write(new ShardLine
        {
            Summary = new() { Documents = Documents, TextBytes = _textBytes, Skipped = _skips.Counts, Redacted = _redacted },
        });
    }

    private void PrepareFile(PlanFile file, Stream content, JsonLinesFile lines, CancellationToken ct)
    {
        try
        {
            var extractor = ExtractorTable.For(file.FileName) ?? throw new SkippedException("no-extractor", "No extractor reads this file.");
            foreach (var document in extractor.Extract(content, new(file.FileName, _skips), ct))
            {
                ct.ThrowIfCancellationRequested();
                if (string.IsNullOrWhiteSpace(document.Text))
                {
                    _skips.Add("no-text");
                    continue;
                }

                lines.Write(new ShardLine { Row = PrepareDocument(file, document) });
            }
        }
        catch (SkippedException skipped)
        {
            _skips.Add(skipped.Reason);
        }
        // Corrupt compressed data and the like: the bytes are immutable, so trying again cannot help.
        catch (InvalidDataException)
        {
            _skips.Add("corrupt");
        }
    }

    private ShardRow PrepareDocument(PlanFile file, ExtractedDocument document)
    {
        Documents++;
        _textBytes += Encoding.UTF8.GetByteCount(document.Text);
        var source = document.Fragment.Length == 0 ? file.Id : file.Id + "#" + document.Fragment;
        var guess = LanguageIdentifier.Shared.Identify(document.Text);
        var (signals, clean) = _signals!.Read(document.Text, guess.Confidence);
        var rejection = JudgeLanguage(guess) ?? _rules.Judge(signals, guess.Language, prepare.Languages.Count > 0);
        // What was rejected is shown to people as well, so it is redacted too.
        var text = prepare.RedactPii ? Redact(clean, rejection is null) : clean;
        return new()
        {
            Id = Digest.Of(source)[..32],
            Source = source,
            Title = document.Title,
            Language = guess.Language,
            Text = text,
            Labels = document.Labels,
            Group = document.Group,
            Signals = signals.All().ToDictionary(),
            Rejected = rejection,
            Exact = rejection is null ? Shingles.ExactDigest(text) : null,
            Bands = rejection is null ? MinHash.Encode(MinHash.BandsOf(Shingles.Of(text))) : null,
        };
    }

    private Rejection? JudgeLanguage(LanguageGuess guess) =>
        prepare.Languages.Count > 0 && !prepare.Languages.Contains(guess.Language, StringComparer.Ordinal)
            ? new("language.not-asked", guess.Confidence, LanguageIdentifier.Threshold)
            : null;

    private string Redact(string text, bool count)
    {
        var (redacted, counts) = PiiRedactor.Redact(text);
        foreach (var (kind, number) in count ? counts : new Dictionary<PiiKind, int>())
        {
            var name = kind.ToString().ToLowerInvariant();
            _redacted[name] = _redacted.GetValueOrDefault(name) + number;
        }

        return redacted;
    }
}
