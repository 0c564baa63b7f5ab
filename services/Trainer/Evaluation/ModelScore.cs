using System.Text;
using Aigc.Models.Llama;
using Aigc.Models.Text;
using Aigc.Trainer.Fitting;
using TorchSharp;
using static TorchSharp.torch;

namespace Aigc.Trainer.Evaluation;

/// <summary>Bits per byte on held-out documents.</summary>
/// <param name="BitsPerByte">Bits of all tokens and of the token that ends each document, over the UTF-8 bytes of the texts.</param>
/// <param name="Bytes">Bytes measured on.</param>
/// <param name="Documents">Documents measured on.</param>
internal sealed record Score(double BitsPerByte, long Bytes, int Documents);

/// <summary>
/// Scores documents one by one, each from its own start: nothing of another document helps. A document longer than the context goes
/// through it in windows that overlap by half, and every token is counted once, in the window that gives it more to look back on.
/// </summary>
internal sealed class ModelScore(LlamaShape shape, TorchLlama model, ChatFormat chat)
{
    const int Rows = 8;

    public Score Measure(IReadOnlyList<string> documents, Action<int> progress)
    {
        // Windows of like length share a batch, so that little of it is padding.
        var windows = documents.SelectMany(d => Windows(chat.RenderDocument(d))).OrderBy(w => w.Ids.Length).ToList();
        var nats = 0.0;
        for (var i = 0; i < windows.Count; i += Rows)
        {
            nats += Nats(windows.GetRange(i, Math.Min(Rows, windows.Count - i)));
            progress(i * documents.Count / windows.Count);
        }

        var bytes = documents.Sum(d => (long)Encoding.UTF8.GetByteCount(d));
        return new Score(nats / Math.Log(2) / bytes, bytes, documents.Count);
    }

    IEnumerable<(int[] Ids, int First)> Windows(IReadOnlyList<int> ids)
    {
        int length = shape.ContextLength + 1, start = 0, counted = 1;
        while (counted < ids.Count)
        {
            var end = Math.Min(ids.Count, start + length);
            yield return ([.. ids.Skip(start).Take(end - start)], counted - start);
            (counted, start) = (end, start + (length / 2));
        }
    }

    double Nats(List<(int[] Ids, int First)> windows)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        const long Ignored = -100;
        var length = windows.Max(w => w.Ids.Length) - 1;
        var inputs = new long[windows.Count * length];
        var targets = new long[inputs.Length];
        Array.Fill(targets, Ignored);
        for (var row = 0; row < windows.Count; row++)
        {
            var (ids, first) = windows[row];
            for (var i = 0; i + 1 < ids.Length; i++)
            {
                inputs[(row * length) + i] = ids[i];
                if (i + 1 >= first)
                    targets[(row * length) + i] = ids[i + 1];
            }
        }

        var logits = model.Logits(tensor(inputs, [windows.Count, length]), ScalarType.Float32);
        return nn.functional.cross_entropy(logits, tensor(targets), ignore_index: Ignored, reduction: nn.Reduction.Sum).item<float>();
    }
}
