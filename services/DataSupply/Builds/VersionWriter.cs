using System.Globalization;
using System.Text;

namespace Aigc.DataSupply.Builds;

/// <summary>A document that repeats a kept one.</summary>
internal sealed record DuplicateRow(string Id, string Source, string DuplicateOf, string DuplicateOfSource, string Kind, double Similarity);

/// <summary>A rejected document, for people who ask why.</summary>
internal sealed record RejectedRow(string Id, string Source, string Rule, double Value, double Threshold, string Language, string Text);

/// <summary>One row of a dataset.</summary>
internal sealed record DatasetRow(string Id, string Text, string Source, string? Title, string Language, IReadOnlyDictionary<string, double> Signals)
{
    /// <summary>Labels it came with; empty for none of them, left out where nobody labelled it.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Rows of one group are in one split; left out for a row of its own.</summary>
    public string? Group { get; init; }
}

/// <summary>
/// Writes the data files of a version in the layout Hugging Face <c>datasets</c> loads: <c>data/&lt;split&gt;-00000-of-0000N.jsonl.gz</c>, beside
/// them what was rejected and what repeats what.
/// </summary>
internal sealed class VersionWriter : IAsyncDisposable
{
    /// <summary>UTF-8 bytes of text a data file is filled up to.</summary>
    private const long FileBytes = 64 << 20;

    private const int RejectedTextCharacters = 2000;

    private readonly string _folder;
    private readonly DocumentFate[] _fates;
    private readonly IReadOnlyList<int> _bytes;
    private readonly Dictionary<DocumentFate, SplitFiles> _splits = [];
    private readonly (FileStream File, JsonLinesFile Lines) _rejected;
    private int _number;

    public VersionWriter(string folder, DocumentFate[] fates, IReadOnlyList<int> bytes)
    {
        (_folder, _fates, _bytes) = (folder, fates, bytes);
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        Directory.CreateDirectory(Path.Combine(folder, "rejected"));
        foreach (var (fate, name) in Split.Names)
        {
            _splits[fate] = new(folder, name, FilesOf(fate));
        }

        _rejected = Create("rejected/rejected.jsonl.gz");
    }

    /// <summary>The next document of the shards, in plan order.</summary>
    public void Write(ShardRow row)
    {
        if (row.Rejected is { } rejected)
        {
            var text = row.Text.Length <= RejectedTextCharacters ? row.Text : row.Text[..RejectedTextCharacters];
            _rejected.Lines.Write(new RejectedRow(row.Id, row.Source, rejected.Rule, Math.Round(rejected.Value, 6), rejected.Threshold, row.Language, text));
            return;
        }

        if (_splits.TryGetValue(_fates[_number], out var split))
        {
            split.Write(new(row.Id, row.Text, row.Source, row.Title, row.Language, row.Signals) { Labels = row.Labels, Group = row.Group }, _bytes[_number]);
        }

        _number++;
    }

    public void WriteDuplicates(IEnumerable<DuplicateRow> duplicates)
    {
        var (file, lines) = Create("rejected/duplicates.jsonl.gz");
        using (file)
        using (lines)
        {
            foreach (var duplicate in duplicates)
            {
                lines.Write(duplicate);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var split in _splits.Values)
        {
            split.Dispose();
        }

        _rejected.Lines.Dispose();
        await _rejected.File.DisposeAsync();
    }

    private (FileStream File, JsonLinesFile Lines) Create(string path)
    {
        var file = new FileStream(Path.Combine(_folder, path), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        return (file, new(file));
    }

    /// <summary>Data files a split fills: found by going through the sizes as <see cref="SplitFiles"/> will.</summary>
    private int FilesOf(DocumentFate fate)
    {
        int files = 0;
        var filled = FileBytes;
        for (var i = 0; i < _fates.Length; i++)
        {
            if (_fates[i] != fate)
            {
                continue;
            }

            if (filled >= FileBytes)
            {
                (files, filled) = (files + 1, 0);
            }

            filled += _bytes[i];
        }

        return files;
    }

    private sealed class SplitFiles(string folder, string split, int files) : IDisposable
    {
        private FileStream? _file;
        private JsonLinesFile? _lines;
        private long _filled = FileBytes;
        private int _index;

        public void Write(DatasetRow row, int bytes)
        {
            if (_filled >= FileBytes)
            {
                Dispose();
                var name = string.Create(CultureInfo.InvariantCulture, $"{split}-{_index++:00000}-of-{files:00000}.jsonl.gz");
                _file = new(Path.Combine(folder, "data", name), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
                _lines = new(_file);
                _filled = 0;
            }

            _lines!.Write(row);
            _filled += bytes;
        }

        public void Dispose()
        {
            _lines?.Dispose();
            _file?.Dispose();
        }
    }
}
