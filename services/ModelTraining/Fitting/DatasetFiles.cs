using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Fitting;

/// <summary>Files of a split in a dataset folder of the Hugging Face layout: <c>data/&lt;split&gt;-*</c>.</summary>
internal static class DatasetFiles
{
    public static IReadOnlyList<string> Of(string directory, string split)
    {
        var data = Path.Combine(directory, "data");
        if (!Directory.Exists(data))
            return [];
        var files = Directory.EnumerateFiles(data, split + "*").Where(f => IsOf(Path.GetFileName(f), split)).Order(StringComparer.Ordinal).ToList();
        if (files.FirstOrDefault(f => !f.EndsWith(".jsonl.gz", StringComparison.Ordinal) && !f.EndsWith(".jsonl", StringComparison.Ordinal)) is { } other)
        {
            throw new ProblemException("dataset_format_not_supported",
                $"The trainer reads jsonl.gz, and the dataset has {Path.GetFileName(other)}; prepare it with format jsonl.gz.", "data.prepare.format");
        }

        return files;
    }

    static bool IsOf(string file, string split) => file.Length > split.Length && file[split.Length] is '-' or '.';
}
