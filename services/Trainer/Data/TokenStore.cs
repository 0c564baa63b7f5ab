using System.Runtime.InteropServices;
using System.Text;
using Aigc.Models.Text;

namespace Aigc.Trainer.Data;

/// <summary>Token ids of a packed stream of sequences: sequences follow each other without gaps, each with its first and last token.</summary>
/// <param name="Ids">Ids; vocabularies here have at most 65,536 entries.</param>
/// <param name="Sequences">Sequences packed.</param>
internal sealed record TokenStream(ushort[] Ids, int Sequences)
{
    public static TokenStream Empty { get; } = new([], 0);

    /// <summary>File form: number of sequences, then the ids. Written whole or not at all.</summary>
    public void Save(string path)
    {
        using (var file = File.Create(path + ".part"))
        {
            file.Write(BitConverter.GetBytes(Sequences));
            file.Write(MemoryMarshal.AsBytes(Ids.AsSpan()));
        }

        File.Move(path + ".part", path, overwrite: true);
    }

    public static TokenStream Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return new TokenStream(MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(4)).ToArray(), BitConverter.ToInt32(bytes, 0));
    }
}

/// <summary>Packs documents and instruction pairs into token streams.</summary>
internal sealed class TokenPacker(ChatFormat chat)
{
    readonly List<ushort> ids = [];
    int sequences;

    public int Tokens => ids.Count;

    public void Add(string document) => Add(chat.RenderDocument(document));

    public void Add(TrainingText text, TextTokenizer tokenizer)
    {
        if (text.Messages is { Count: > 0 } messages)
            Add(messages, tokenizer);
        else
            Add(text.Text);
    }

    public void Add(InstructionPair pair, TextTokenizer tokenizer) =>
        Add([new ChatMessage("user", pair.Instruction), new ChatMessage("assistant", pair.Response)], tokenizer);

    /// <summary>A conversation whose last message is the answer.</summary>
    void Add(IReadOnlyList<ChatMessage> messages, TextTokenizer tokenizer) =>
        Add([.. chat.Render([.. messages.Take(messages.Count - 1)]), .. tokenizer.Encode(messages[^1].Content), chat.End]);

    public TokenStream Finish() => new([.. ids], sequences);

    void Add(IReadOnlyList<int> sequence)
    {
        foreach (var id in sequence)
            ids.Add(checked((ushort)id));
        sequences++;
    }
}

/// <summary>
/// Which documents are learned from when the data is more than the budget can read: chosen by a hash of their number, so that a
/// dataset sorted by source is still seen from all sides.
/// </summary>
internal sealed class DocumentChoice(long bytes, long tokenBudget)
{
    /// <summary>A token of a vocabulary this small is rarely shorter than two bytes.</summary>
    const double BytesPerToken = 2;
    readonly double share = bytes == 0 ? 1 : Math.Min(1, tokenBudget * BytesPerToken * 2 / bytes);

    public bool Takes(int number) => share >= 1 || ((uint)number * 2654435769u) / 4294967296.0 < share;
}

/// <summary>Measures a train split in one pass while a tokenizer is trained on it.</summary>
internal sealed record CorpusFacts(int Documents, long Bytes)
{
    public static int Utf8Length(string text) => Encoding.UTF8.GetByteCount(text);
}
