using Aigc.Models.Text;

namespace Aigc.Inference.Serving;

/// <summary>Whether two tokenizers give the ids the same meaning, so that one model's tokens can be another's.</summary>
internal static class SameTokens
{
    /// <summary>What differs first; null for nothing. Padding of the embeddings is none of a tokenizer's business.</summary>
    public static string? Difference(TextTokenizer model, TextTokenizer draft)
    {
        if (model.VocabularySize != draft.VocabularySize)
            return FormattableString.Invariant($"{draft.VocabularySize} of them, and the model has {model.VocabularySize}");
        for (var id = 0; id < model.VocabularySize; id++)
        {
            if (model.IsSpecial(id) != draft.IsSpecial(id) || !model.BytesOf(id).SequenceEqual(draft.BytesOf(id)))
                return FormattableString.Invariant($"{id} stands for something else");
        }
        return null;
    }
}
