namespace Aigc.Application.Chains;

/// <summary>Every key of a chain file. Names are those of the contracts, in camel case; generation's sampling keys stand beside its prompts.</summary>
internal static class ChainShape
{
    private const string TimePattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$";

    private static readonly TextSpec Text = new();

    private static readonly MapSpec Upload = new(
        new KeySpec("digest", new TextSpec(Pattern: "^[0-9a-f]{64}$", PatternSays: "a SHA-256 digest, 64 lower-case hexadecimal characters"), "SHA-256 of the bytes.", Required: true),
        new KeySpec("size", new NumberSpec(AtLeast: 0, Whole: true), "Length in bytes.", Required: true),
        new KeySpec("mediaType", Text, "Media type of the bytes.", Required: true));

    private static readonly MapSpec Source = new(
        new KeySpec("kind", new TextSpec(["directory", "file", "http", "upload", "dotnet-reference", "recipe"]), "What kind of source it is.", Required: true),
        new KeySpec("path", Text, "For directory and file: where it is; relative to the chain file."),
        new KeySpec("include", new ListSpec(Text), "For directory: glob patterns; without them every file an extractor exists for."),
        new KeySpec("exclude", new ListSpec(Text), "For directory: glob patterns to leave out."),
        new KeySpec("urls", new ListSpec(new TextSpec(Pattern: "^https?://[^\\s/]+", PatternSays: "an http or https address"), 1), "For http: the pages."),
        new KeySpec("upload", Upload, "For upload: the uploaded bytes."),
        new KeySpec("fileName", Text, "For upload: the name the file had; its ending tells the extractor."),
        new KeySpec("recipe", new TextSpec(["moderation"]), "For recipe: which of the recipes the platform carries."),
        new KeySpec("seed", new NumberSpec(AtLeast: 0, AtMost: int.MaxValue, Whole: true), "For recipe: seed of its draws; 1 when left out. The same seed gives the same rows."),
        new KeySpec("perFamily", new NumberSpec(AtLeast: 1, AtMost: 1000, Whole: true), "For recipe: most rows of one template family; 30 when left out."));

    private static readonly MapSpec Prepare = new(
        new KeySpec("preset", new TextSpec(["fineweb", "none"]), "Quality rules."),
        new KeySpec("languages", new ListSpec(new TextSpec(Pattern: "^[a-z]{2}$", PatternSays: "a two-letter language code such as en")), "Languages to keep; none given keeps all."),
        new KeySpec("nearDuplicates", new NumberSpec(AtLeast: 0, AtMost: 1), "Similarity (Jaccard, 5-word shingles) from which two documents are near duplicates; left out, near duplicates are kept."),
        new KeySpec("maxDocuments", new NumberSpec(AtLeast: 1, AtMost: int.MaxValue, Whole: true), "Most documents to keep."),
        new KeySpec("redactPii", new FlagSpec(), "Redact personal data."),
        new KeySpec("validation", new NumberSpec(AtLeast: 0, AtMost: 0.5), "Share of documents in the validation split; of families, where rows name theirs."),
        new KeySpec("test", new NumberSpec(AtLeast: 0, AtMost: 0.5), "Share of documents in the test split, chosen like validation; left out, there is none."),
        new KeySpec("format", new TextSpec(["jsonl.gz", "parquet"]), "How the dataset is written."),
        new KeySpec("maxFileBytes", new NumberSpec(AtLeast: 1, AtMost: long.MaxValue / 2, Whole: true), "Largest file read; larger ones are skipped and counted."));

    private static readonly MapSpec Annotation = new(
        new KeySpec("task", new TextSpec(["instruction", "topic"]), "What is asked of each document."),
        new KeySpec("labelers", new ListSpec(new TextSpec(["rules", "statistical"]), 1), "Automatic labelers."),
        new KeySpec("overlap", new NumberSpec(AtLeast: 1, AtMost: 100, Whole: true), "Labels wanted per task."),
        new KeySpec("onDisagreement", new TextSpec(["continue", "wait"]), "Whether the run goes on while people settle disagreements."),
        new KeySpec("sample", new NumberSpec(AtLeast: 1, AtMost: int.MaxValue, Whole: true), "Documents to label."));

    private static readonly MapSpec Training = new(
        new KeySpec("kind", new TextSpec(["decoder", "classifier"]), "decoder (also when left out) writes text; classifier learns the labels of the rows, and the chain ends with it."),
        new KeySpec("tier", new TextSpec(["large", "small", "micro"]), "Tier on the model's card."),
        new KeySpec("from", Text, "scratch, or the name of a registered model."),
        new KeySpec("shape", new TextSpec(["nano", "tiny", "mini"]), "Named Llama shape."),
        new KeySpec("budget", new MapSpec(
            new KeySpec("minutes", new NumberSpec(Above: 0, AtMost: 100_000), "Minutes of fitting."),
            new KeySpec("steps", new NumberSpec(AtLeast: 1, AtMost: int.MaxValue, Whole: true), "Optimiser steps.")), "When training stops: whichever comes first."),
        new KeySpec("gate", new MapSpec(
            new KeySpec("betterThan", new TextSpec(["ngram-baseline", "none"]), "What the model must beat.")), "Evaluation gate."),
        new KeySpec("seed", new NumberSpec(AtLeast: 0, AtMost: int.MaxValue, Whole: true), "Random seed."));

    private static readonly MapSpec Generation = new(
        new KeySpec("prompts", new ListSpec(Text, 1), "One answer is generated for each.", Required: true),
        new KeySpec("maxTokens", new NumberSpec(AtLeast: 1, AtMost: 1_000_000, Whole: true), "Most tokens of an answer."),
        new KeySpec("temperature", new NumberSpec(AtLeast: 0, AtMost: 2), "0 is greedy."),
        new KeySpec("topP", new NumberSpec(Above: 0, AtMost: 1), "Nucleus."),
        new KeySpec("topK", new NumberSpec(AtLeast: 0, AtMost: 1_000_000, Whole: true), "The k most likely tokens; 0 for all."),
        new KeySpec("seed", new NumberSpec(AtLeast: 0, AtMost: long.MaxValue / 2, Whole: true), "Random seed; 1 when left out, so that a chain repeats."),
        new KeySpec("stop", new ListSpec(Text), "Texts that end an answer."));

    private static readonly MapSpec Channel = new(
        new KeySpec("kind", new TextSpec(["folder", "feed", "webhook"]), "What kind of channel it is.", Required: true),
        new KeySpec("path", Text, "For folder and feed: where it is; relative to the chain file."),
        new KeySpec("url", new TextSpec(Pattern: "^https?://[^\\s/]+", PatternSays: "an http or https address"), "For webhook: its address."),
        new KeySpec("secretName", Text, "For webhook: name of the configured signing secret."),
        new KeySpec("title", Text, "For feed: its title."));

    /// <summary>The whole document.</summary>
    public static MapSpec Document { get; } = new(
        new KeySpec("name", new TextSpec(Pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", PatternSays: "lower-case letters, digits and hyphens, at most 63, such as my-chain"), "Name of the chain; dataset, labels and model are named after it.", Required: true),
        new KeySpec("data", new MapSpec(
            new KeySpec("sources", new ListSpec(Source, 1), "Where the raw data is.", Required: true),
            new KeySpec("prepare", Prepare, "How it is prepared.")), "Data supply.", Required: true),
        new KeySpec("annotation", Annotation, "Annotation; left out, nothing is labelled."),
        new KeySpec("training", Training, "Training; left out, no model is made."),
        new KeySpec("generation", Generation, "Generation; needs training."),
        new KeySpec("distribution", new MapSpec(
            new KeySpec("channels", new ListSpec(Channel, 1), "Every answer goes through each.", Required: true),
            new KeySpec("approval", new TextSpec(["required", "none"]), "required: nothing goes out before somebody has approved it in Studio or through the API."),
            new KeySpec("publishAt", new TextSpec(Pattern: TimePattern, PatternSays: "a time with its zone, such as 2026-12-24T18:00:00+01:00"), "Nothing goes out before this time.")), "Distribution; needs generation."));
}
