using System.Text;
using System.Text.Json.Nodes;
using Aigc.Models.Text;

namespace Aigc.Models.Tests.Text;

/// <summary>Vocabularies of a few hundred entries, each of a published kind, made from a few lines of text. The same lines give the same entries.</summary>
internal static class SmallVocabularies
{
    static readonly string[] Lines =
    [
        .. TestFolder.Corpus,
        "returns the naïve café's résumé, Straße und Übung, Привет мир это проверка, 你好世界这是一个测试 日本語の処理",
        "for (int i = 0; i < 10; ++i) { total += items[i] * 2; } // TODO: we'll don't they're I've it's",
    ];

    static readonly Lazy<IReadOnlyList<string>> AllWords = new(() => [.. Lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))]);

    /// <summary>Bytes and merges of bytes, behind the five special tokens.</summary>
    public static BpeVocabulary Bytes()
    {
        var trainer = new BpeTrainer();
        foreach (var line in Lines)
            trainer.Add(line);
        return trainer.Train(480);
    }

    /// <summary>SentencePiece's byte pairs: three special tokens, the 256 bytes, characters, and merges of characters with a mark for the space.</summary>
    public static (List<string> Entries, List<(string Left, string Right)> Merges) CharacterPairs()
    {
        var words = AllWords.Value.Select(word => ("▁" + word).EnumerateRunes().Select(rune => rune.ToString()).ToList()).ToList();
        // Runs of spaces have entries of their own, as in published vocabularies.
        words.AddRange(Enumerable.Repeat(Enumerable.Repeat("▁", 8).ToList(), 3).Select(run => run.ToList()));
        List<string> entries = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        entries.AddRange(words.SelectMany(word => word).Append("\n").Append("\t").Distinct().Order(StringComparer.Ordinal));
        var merges = new List<(string, string)>();
        while (merges.Count < 160)
        {
            var pairs = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair);
            var best = pairs.OrderByDescending(group => group.Count()).ThenBy(group => group.Key.First, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Second, StringComparer.Ordinal).First().Key;
            merges.Add(best);
            var made = best.First + best.Second;
            if (!entries.Contains(made))
                entries.Add(made);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) == best)
                    {
                        word[i] = made;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return (entries, merges);
    }

    /// <summary>Unigram entries with log probabilities, no two alike so that no two ways through a word are equally good.</summary>
    public static JsonArray Unigram(params string[] special)
    {
        var counts = Pieces(AllWords.Value.Select(word => "▁" + word)).Append(("▁", 40));
        var list = new JsonArray([.. special.Select(token => new JsonArray(token, 0.0))]);
        foreach (var (piece, count, place) in counts.Select((entry, i) => (entry.Item1, entry.Item2, i)))
            list.Add(new JsonArray(piece, Math.Round(Math.Log(count / 4000.0) - (place * 0.00137) - (0.001 * piece.Length), 6)));
        return list;
    }

    /// <summary>WordPiece entries: beginnings of words, and continuations with their mark.</summary>
    public static List<string> WordPieces(bool lower, params string[] special)
    {
        var words = AllWords.Value.SelectMany(word => word.Split('(', ')', ',', '.', ';', ':', '\'', '"', '[', ']', '/', '\n', '\t'))
            .Where(word => word.Length > 0).Select(word => lower ? word.Normalize(NormalizationForm.FormC).ToLowerInvariant() : word).ToList();
        var heads = words.SelectMany(word => Enumerable.Range(1, Math.Min(4, word.Length)).Select(length => word[..length]));
        var tails = Pieces(words.Where(word => word.Length > 1).Select(word => word[1..])).Select(entry => "##" + entry.Item1);
        var marks = "()[]{}<>.,;:'\"/\\!?+-*=_|@#$%&^~`0123456789abcdefghijklmnopqrstuvwxyz".Select(c => c.ToString());
        return [.. special.Concat(marks).Concat(heads).Concat(tails).Where(entry => !entry.Any(char.IsSurrogate)).Distinct()];
    }

    /// <summary>All single characters, and the pieces of up to six characters that come more than once.</summary>
    static IEnumerable<(string, int)> Pieces(IEnumerable<string> words)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            for (var start = 0; start < word.Length; start++)
            {
                for (var length = 1; length <= Math.Min(6, word.Length - start); length++)
                    counts[word.Substring(start, length)] = counts.GetValueOrDefault(word.Substring(start, length)) + 1;
            }
        }

        return counts.Where(entry => !entry.Key.Any(char.IsSurrogate) && entry.Key != "▁" && (entry.Key.Length == 1 || entry.Value > 2))
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(700).Select(entry => (entry.Key, entry.Value));
    }
}
