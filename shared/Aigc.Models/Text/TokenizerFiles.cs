using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aigc.Models.Text;

/// <summary>Writes a vocabulary as <c>tokenizer.json</c> and <c>tokenizer_config.json</c>, in the form Hugging Face's libraries read.</summary>
public static class TokenizerFiles
{
    static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes both files into a folder.</summary>
    /// <param name="vocabulary">What was trained.</param>
    /// <param name="contextLength">Largest number of tokens the model takes.</param>
    /// <param name="directory">Existing folder.</param>
    public static void Write(BpeVocabulary vocabulary, int contextLength, string directory)
    {
        File.WriteAllText(Path.Combine(directory, "tokenizer.json"), Tokenizer(vocabulary).ToJsonString(Format) + "\n");
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), Configuration(contextLength).ToJsonString(Format) + "\n");
    }

    static JsonObject Tokenizer(BpeVocabulary vocabulary)
    {
        var entries = new JsonObject();
        for (var id = 0; id < vocabulary.Entries.Count; id++)
            entries[vocabulary.Entries[id]] = id;
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. SpecialTokens.All.Select((token, id) => Added(token, id))]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = ByteLevel(addPrefixSpace: false),
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(addPrefixSpace: true),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = entries,
                ["merges"] = new JsonArray([.. vocabulary.Merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
            },
        };
    }

    static JsonObject Added(string token, int id) => new()
    {
        ["id"] = id,
        ["content"] = token,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    static JsonObject ByteLevel(bool addPrefixSpace) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = addPrefixSpace,
        ["trim_offsets"] = true,
        ["use_regex"] = true,
    };

    static JsonObject Configuration(int contextLength) => new()
    {
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["bos_token"] = SpecialTokens.Bos,
        ["eos_token"] = SpecialTokens.End,
        ["model_max_length"] = contextLength,
        ["clean_up_tokenization_spaces"] = false,
        ["chat_format"] = ChatFormat.Turns,
        ["chat_template"] = ChatFormat.JinjaTemplate,
    };
}
