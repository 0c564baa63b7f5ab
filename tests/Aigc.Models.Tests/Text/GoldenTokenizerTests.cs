using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Models.Text;

namespace Aigc.Models.Tests.Text;

/// <summary>
/// Ids of every kind of file against those of Hugging Face's own tokenizers, which <c>golden.mjs</c> wrote into <c>golden.json</c>. To renew them:
/// run this class with AIGC_WRITE_TOKENIZERS=folder, then <c>node golden.mjs folder golden.json</c>.
/// </summary>
public sealed class GoldenTokenizerTests : IDisposable
{
    readonly TestFolder folder = new();

    public static TheoryData<string> Kinds => [.. TokenizerKinds.All.Keys];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_ids_are_those_of_the_reference(string kind)
    {
        if (Environment.GetEnvironmentVariable("AIGC_WRITE_TOKENIZERS") is { } target)
        {
            Write(target);
            Assert.Skip("the files were written instead");
        }

        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        var compared = 0;
        foreach (var (text, expected) in Golden(kind))
        {
            if (expected is null)
                continue;
            compared++;
            Assert.True(expected.SequenceEqual(tokenizer.EncodeWithSpecial(text)),
                $"{kind}, {JsonSerializer.Serialize(text)}:\n[{string.Join(",", expected)}] was expected, and it was\n[{string.Join(",", tokenizer.EncodeWithSpecial(text))}]");
        }

        Assert.True(compared > TokenizerTexts.All.Length / 2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_stands_around_a_document_is_that_of_the_reference(string kind)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        var golden = Read()["documents"]![kind]!.AsArray().Select(id => id!.GetValue<int>());
        Assert.Equal(golden, tokenizer.EncodeDocument("the value"));
        Assert.Equal(golden, [.. tokenizer.Before, .. tokenizer.Encode("the value"), .. tokenizer.After]);
    }

    static IEnumerable<(string Text, int[]? Ids)> Golden(string kind)
    {
        var lists = Read()["ids"]![kind]!.AsArray();
        Assert.Equal(TokenizerTexts.All.Length, lists.Count);
        return TokenizerTexts.All.Zip(lists, (text, ids) => (text, ids?.AsArray().Select(id => id!.GetValue<int>()).ToArray()));
    }

    static JsonNode Read()
    {
        using var stream = typeof(GoldenTokenizerTests).Assembly.GetManifestResourceStream("golden.json")!;
        return JsonNode.Parse(stream)!;
    }

    static void Write(string target)
    {
        Directory.CreateDirectory(target);
        File.WriteAllText(Path.Combine(target, "texts.json"), JsonSerializer.Serialize(TokenizerTexts.All));
        foreach (var (kind, make) in TokenizerKinds.All)
            File.WriteAllText(Path.Combine(target, kind + ".tokenizer.json"), make().ToJsonString());
    }
}
