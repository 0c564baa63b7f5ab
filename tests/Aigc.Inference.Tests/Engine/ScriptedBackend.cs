using System.Text;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

/// <summary>
/// A backend that plays scripts: a sequence's first token names its script, and its likeliest next token is the script's. It keeps the tokens of every slot, so
/// a slot mixed up, not moved or not reset changes the answer.
/// </summary>
internal sealed class ScriptedBackend(int slots, int slotLength, params string[] scripts) : IDecoderBackend, ITokenText
{
    /// <summary>Ids of script names are above the bytes.</summary>
    public const int Script0 = 300;
    public const int End = 256;
    public const int NotANumber = 257;

    private readonly List<int>[] _held = [.. Enumerable.Range(0, slots).Select(_ => new List<int>())];
    private readonly float[] _logits = new float[Math.Max(slots, 16) * 400];

    public int Slots => slots;
    public int SlotLength => slotLength;
    public int VocabularySize => 400;
    public long KvBytes => 0;
    public string Device => "script";
    public bool Disposed { get; private set; }
    public int DecodeRuns { get; private set; }
    public int LargestBatch { get; private set; }
    public int MostVerified { get; init; }
    public int VerifyRuns { get; private set; }

    /// <summary>Tokens of prompts that were run.</summary>
    public int Prefilled { get; private set; }

    /// <summary>Added to every row, whatever it predicts.</summary>
    public Dictionary<int, float> Rivals { get; } = [];

    /// <summary>Runs before every decode and verification, on the loop's thread.</summary>
    public Action<int>? BeforeDecode { get; set; }

    /// <summary>Runs before every chunk of a prompt, on the loop's thread.</summary>
    public Action? BeforePrefill { get; set; }

    /// <summary>A prompt of that many tokens that plays a script.</summary>
    public static int[] Prompt(int script, int length = 3) => [Script0 + script, .. Enumerable.Repeat((int)' ', length - 1)];

    public void Prefill(int slot, ReadOnlySpan<int> tokens, int position)
    {
        BeforePrefill?.Invoke();
        Prefilled += tokens.Length;
        var held = _held[slot];
        held.RemoveRange(position, held.Count - position);
        held.AddRange(tokens);
        Predict(0, held);
    }

    public void Verify(int slot, ReadOnlySpan<int> tokens, int position)
    {
        BeforeDecode?.Invoke(1);
        VerifyRuns++;
        var held = _held[slot];
        held.RemoveRange(position, held.Count - position);
        for (var row = 0; row < tokens.Length; row++)
        {
            held.Add(tokens[row]);
            Predict(row, held);
        }
    }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        BeforeDecode?.Invoke(tokens.Length);
        DecodeRuns++;
        LargestBatch = Math.Max(LargestBatch, tokens.Length);
        for (var row = 0; row < tokens.Length; row++)
        {
            var held = _held[row];
            held.RemoveRange(lengths[row], held.Count - lengths[row]);
            held.Add(tokens[row]);
            Predict(row, held);
        }
    }

    public Span<float> Logits(int row) => _logits.AsSpan(row * VocabularySize, VocabularySize);

    public void Move(int from, int to, int length)
    {
        _held[to].Clear();
        _held[to].AddRange(_held[from].Take(length));
    }

    public void Dispose() => Disposed = true;

    public bool IsEnd(int token) => token == End;

    public ReadOnlySpan<byte> BytesOf(int token) => token < 256 ? new byte[] { (byte)token } : [];

    private void Predict(int row, List<int> held)
    {
        // The prompt is the script's name and blanks; the answer begins behind the last blank that belongs to it.
        var script = scripts[held[0] - Script0];
        var bytes = Encoding.UTF8.GetBytes(script);
        var prompt = 1 + held.Skip(1).TakeWhile(token => token == ' ').Count();
        var at = held.Count - prompt;
        var next = at < bytes.Length ? bytes[at] == '!' ? NotANumber : bytes[at] : End;
        Logits(row).Fill(next == NotANumber ? float.NaN : 0);
        if (next != NotANumber)
            Logits(row)[next] = 50;
        foreach (var (token, logit) in Rivals)
            Logits(row)[token] += logit;
    }
}
