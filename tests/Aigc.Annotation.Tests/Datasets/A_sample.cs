using Aigc.Annotation.Datasets;

namespace Aigc.Annotation.Tests.Datasets;

public sealed class A_sample : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("aigc-sample-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Does_not_depend_on_the_order_of_rows_nor_on_the_number_of_files()
    {
        var rows = Corpus.Rows(100);
        Corpus.Write(Path.Combine(_root, "a"), rows);
        rows.Reverse();
        Corpus.Write(Path.Combine(_root, "b"), rows, files: 3);
        Assert.Equal(await Ids("a", 20), await Ids("b", 20));
    }

    [Fact]
    public async Task Of_a_larger_size_holds_the_smaller_one()
    {
        Corpus.Write(Path.Combine(_root, "a"), Corpus.Rows(100));
        Assert.Equal(await Ids("a", 10), (await Ids("a", 50)).Take(10));
    }

    [Fact]
    public async Task Cuts_long_texts_between_characters()
    {
        Corpus.Write(Path.Combine(_root, "a"), [("d", "", string.Concat(Enumerable.Repeat("x\U0001F600", 10_000)))]);
        var text = Assert.Single(await DatasetSample.Draw(Path.Combine(_root, "a"), 1, default)).Text!;
        Assert.InRange(text.Length, DatasetSample.LongestText - 1, DatasetSample.LongestText);
        Assert.False(char.IsHighSurrogate(text[^1]));
    }

    [Fact]
    public async Task Of_a_folder_without_data_is_refused() =>
        await Assert.ThrowsAsync<FileNotFoundException>(() => DatasetSample.Draw(_root, 1, default));

    private async Task<List<string>> Ids(string folder, int size) => [.. (await DatasetSample.Draw(Path.Combine(_root, folder), size, default)).Select(row => row.Id)];
}
