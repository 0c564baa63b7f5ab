using System.Text;

namespace Aigc.Trainer.Evaluation;

/// <summary>
/// The baseline: a byte 3-gram model with interpolated Witten–Bell back-off (Witten and Bell 1991; Chen and Goodman 1998, eq. 16), a
/// proper distribution over 256 bytes and the end of the document. Contexts before the first byte are filled with a start symbol.
/// </summary>
internal sealed class ByteTrigram
{
    public const int Symbols = 257;
    public const int End = 256;
    const int Start = 256;
    readonly int[] trigrams = new int[Symbols * Symbols * Symbols];
    readonly int[] bigrams = new int[Symbols * Symbols];
    readonly int[] unigrams = new int[Symbols];
    readonly (int Count, int Kinds)[] pairContexts = new (int, int)[Symbols * Symbols];
    readonly (int Count, int Kinds)[] byteContexts = new (int, int)[Symbols];
    (int Count, int Kinds) all;

    public void Learn(string document)
    {
        int before = Start, last = Start;
        foreach (var symbol in Encoding.UTF8.GetBytes(document))
        {
            Count(before, last, symbol);
            (before, last) = (last, symbol);
        }

        Count(before, last, End);
    }

    /// <summary>Bits of a document, its end included.</summary>
    public double Bits(string document)
    {
        var bits = 0.0;
        int before = Start, last = Start;
        foreach (var symbol in Encoding.UTF8.GetBytes(document))
        {
            bits -= Math.Log2(Probability(before, last, symbol));
            (before, last) = (last, symbol);
        }

        return bits - Math.Log2(Probability(before, last, End));
    }

    /// <summary>P(symbol | before, last) = (c + T·P') / (n + T), T the number of kinds seen in the context, P' one order lower.</summary>
    public double Probability(int before, int last, int symbol)
    {
        var p = 1.0 / Symbols;
        p = Mix(unigrams[symbol], all, p);
        p = Mix(bigrams[(last * Symbols) + symbol], byteContexts[last], p);
        var context = (before * Symbols) + last;
        return Mix(trigrams[(context * Symbols) + symbol], pairContexts[context], p);
    }

    static double Mix(int count, (int Count, int Kinds) context, double lower) =>
        context.Count == 0 ? lower : (count + (context.Kinds * lower)) / (context.Count + context.Kinds);

    void Count(int before, int last, int symbol)
    {
        var context = (before * Symbols) + last;
        Tally(ref trigrams[(context * Symbols) + symbol], ref pairContexts[context]);
        Tally(ref bigrams[(last * Symbols) + symbol], ref byteContexts[last]);
        Tally(ref unigrams[symbol], ref all);

        static void Tally(ref int count, ref (int Count, int Kinds) context)
        {
            context.Kinds += count == 0 ? 1 : 0;
            count++;
            context.Count++;
        }
    }
}
