using System.IO.Compression;
using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>
/// The normalization forms of Unicode (UAX #15) from a table of our own: with invariant globalization, in which every process here runs,
/// <see cref="string.Normalize()"/> returns its text unchanged. <c>UnicodeForms.bin</c> is written by <c>unicode-forms.mjs</c> beside the tests.
/// </summary>
internal static class UnicodeForms
{
    const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7, Vowels = 21, Trails = 28, Syllables = 11172;
    static readonly Dictionary<int, byte> Classes = [];
    static readonly Dictionary<int, int[]> Canonical = [];
    static readonly Dictionary<int, int[]> Compatible = [];
    static readonly Dictionary<(int, int), int> Composites = [];

    static UnicodeForms()
    {
        using var resource = typeof(UnicodeForms).Assembly.GetManifestResourceStream("UnicodeForms.bin")!;
        using var brotli = new BrotliStream(resource, CompressionMode.Decompress);
        using var reader = new BinaryReader(brotli);
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
            Classes[reader.Read7BitEncodedInt()] = (byte)reader.Read7BitEncodedInt();
        foreach (var table in (Dictionary<int, int[]>[])[Canonical, Compatible])
        {
            for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
            {
                var point = reader.Read7BitEncodedInt();
                var parts = new int[reader.Read7BitEncodedInt()];
                for (var i = 0; i < parts.Length; i++)
                    parts[i] = reader.Read7BitEncodedInt();
                table[point] = parts;
            }
        }

        for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
            Composites[(reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt())] = reader.Read7BitEncodedInt();
    }

    /// <summary>Normalizes well-formed text.</summary>
    public static string Normalize(string text, NormalizationForm form)
    {
        var compatible = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        var compose = form is NormalizationForm.FormC or NormalizationForm.FormKC;
        // Nothing below these has another form: the first combining mark, the first compatibility character, the first letter with an accent.
        var firstAffected = compatible ? '\u00A0' : compose ? '\u0300' : '\u00C0';
        if (text.AsSpan().IndexOfAnyInRange(firstAffected, char.MaxValue) < 0)
            return text;
        var points = Decompose(text, compatible);
        Order(points);
        if (compose)
            Compose(points);
        var result = new StringBuilder(text.Length);
        Span<char> pair = stackalloc char[2];
        foreach (var point in points)
            result.Append(pair[..new Rune(point).EncodeToUtf16(pair)]);
        return result.ToString();
    }

    static List<int> Decompose(string text, bool compatible)
    {
        var points = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            var point = rune.Value;
            var syllable = point - HangulBase;
            if (point < 0xA0)
            {
                points.Add(point);
            }
            else if ((uint)syllable < Syllables)
            {
                points.Add(LeadBase + (syllable / (Vowels * Trails)));
                points.Add(VowelBase + (syllable % (Vowels * Trails) / Trails));
                if (syllable % Trails > 0)
                    points.Add(TrailBase + (syllable % Trails));
            }
            else if ((compatible && Compatible.TryGetValue(point, out var parts)) || Canonical.TryGetValue(point, out parts))
            {
                points.AddRange(parts);
            }
            else
            {
                points.Add(point);
            }
        }

        return points;
    }

    /// <summary>Marks behind one letter are sorted by class; equal ones stay in their order.</summary>
    static void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            if (Class(points[start]) == 0)
                continue;
            var end = start + 1;
            while (end < points.Count && Class(points[end]) != 0)
                end++;
            if (end - start > 1)
            {
                // OrderBy is stable, and n log n for a run of a million marks.
                var sorted = points.GetRange(start, end - start).OrderBy(Class).ToList();
                for (var i = 0; i < sorted.Count; i++)
                    points[start + i] = sorted[i];
            }

            start = end;
        }
    }

    static void Compose(List<int> points)
    {
        var (starter, count, before) = (-1, 0, -1);
        foreach (var point in points.ToArray())
        {
            var rank = Class(point);
            // A mark is blocked from its letter by another of the same or a higher class between them.
            if (starter >= 0 && before < rank && Pair(points[starter], point) is >= 0 and var composite)
            {
                points[starter] = composite;
                continue;
            }

            points[count] = point;
            if (rank == 0)
                (starter, before) = (count, -1);
            else
                before = rank;
            count++;
        }

        points.RemoveRange(count, points.Count - count);
    }

    static int Pair(int first, int second)
    {
        if ((uint)(first - LeadBase) < 19 && (uint)(second - VowelBase) < Vowels)
            return HangulBase + ((((first - LeadBase) * Vowels) + second - VowelBase) * Trails);
        if ((uint)(first - HangulBase) < Syllables && (first - HangulBase) % Trails == 0 && second is > TrailBase and < TrailBase + Trails)
            return first + second - TrailBase;
        return Composites.GetValueOrDefault((first, second), -1);
    }

    static int Class(int point) => point < 0x300 ? 0 : Classes.GetValueOrDefault(point);
}
