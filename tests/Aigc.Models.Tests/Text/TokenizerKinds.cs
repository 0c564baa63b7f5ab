using System.Text.Json.Nodes;
using Aigc.Models.Text;

namespace Aigc.Models.Tests.Text;

/// <summary>Small tokenizer files of every published kind.</summary>
internal static class TokenizerKinds
{
    const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    const string Qwen = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    const string Words = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
    const string Bytes = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}""";
    const string SpaceToMark = """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""";
    const string MarkToSpace = """{"type":"Replace","pattern":{"String":"▁"},"content":" "}""";
    static readonly string[] Bert = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Every kind by name.</summary>
    public static IReadOnlyDictionary<string, Func<JsonObject>> All { get; } = new Dictionary<string, Func<JsonObject>>
    {
        ["gpt2"] = () => ByteLevel(null, Words),
        ["llama3"] = () => ByteLevel(null, Sequence("pretokenizers", Split(Llama3), Bytes), ignoreMerges: true, post: Template("<|bos|>", 0, null, 0)),
        ["smollm"] = () => ByteLevel(null, Sequence("pretokenizers", """{"type":"Digits","individual_digits":true}""", Words)),
        ["qwen"] = () => ByteLevel("""{"type":"NFC"}""", Sequence("pretokenizers", Split(Qwen), Bytes)),
        ["llama2"] = () => SentencePiece(Sequence("normalizers", """{"type":"Prepend","prepend":"▁"}""", SpaceToMark), null, stripsFirst: true),
        ["llama2-first"] = () => SentencePiece(null, """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""", stripsFirst: true),
        ["llama2-always"] = () => SentencePiece(null, """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":false}""", stripsFirst: true),
        ["gemma"] = () => SentencePiece(SpaceToMark, """{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}""", stripsFirst: false),
        ["xlm-roberta"] = () => Unigram(
            Sequence("normalizers", """{"type":"NFKC"}""", """{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}"""),
            Sequence("pretokenizers", """{"type":"WhitespaceSplit"}""", Metaspace), Template("<s>", 0, "</s>", 2), "<s>", "<pad>", "</s>", "<unk>"),
        ["t5"] = () => Unigram(null, Metaspace, Template(null, 0, "</s>", 1), "<pad>", "</s>", "<unk>"),
        ["bert"] = () => WordPiece(lower: true),
        ["bert-cased"] = () => WordPiece(lower: false),
    };

    const string Metaspace = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""";

    /// <summary>Writes a kind into a folder and reads it.</summary>
    public static TextTokenizer Load(string kind, string folder) => Load(All[kind](), folder);

    public static TextTokenizer Load(JsonObject file, string folder)
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), file.ToJsonString());
        return TextTokenizer.Load(folder);
    }

    /// <summary>An entry of <c>added_tokens</c>; flags by name.</summary>
    public static JsonObject Added(int id, string content, bool special, params string[] flags) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = flags.Contains("single_word"),
        ["lstrip"] = flags.Contains("lstrip"),
        ["rstrip"] = flags.Contains("rstrip"),
        ["normalized"] = flags.Contains("normalized"),
        ["special"] = special,
    };

    static JsonObject ByteLevel(string? normalizer, string preTokenizer, bool ignoreMerges = false, string? post = null)
    {
        var vocabulary = SmallVocabularies.Bytes();
        var entries = vocabulary.Entries.ToList();
        // Whole words that no merge leads to: they count only where merges are ignored.
        entries.AddRange(["Ġjumps!", "Ġspecial", "Straße".Replace("ß", "ÃŁ", StringComparison.Ordinal), "9999"]);
        return Whole(
            [.. SpecialTokens.All.Select((token, id) => Added(id, token, special: true)), Added(entries.Count, "<tool_call>", special: false)],
            normalizer, preTokenizer, post, """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
            BytePairs(entries, vocabulary.Merges.Select(merge => (merge.Left, merge.Right)), null, byteFallback: false, ignoreMerges));
    }

    static JsonObject SentencePiece(string? normalizer, string? preTokenizer, bool stripsFirst)
    {
        var (entries, merges) = SmallVocabularies.CharacterPairs();
        string[] steps = [MarkToSpace, """{"type":"ByteFallback"}""", """{"type":"Fuse"}""", """{"type":"Strip","content":" ","start":1,"stop":0}"""];
        return Whole(
            [Added(0, "<unk>", special: true), Added(1, "<s>", special: true), Added(2, "</s>", special: true), Added(entries.Count, "<|user|>", special: false, "rstrip")],
            normalizer, preTokenizer, Template("<s>", 1, null, 0), Sequence("decoders", stripsFirst ? steps : steps[..3]), BytePairs(entries, merges, "<unk>", byteFallback: true, ignoreMerges: false));
    }

    static JsonObject BytePairs(List<string> entries, IEnumerable<(string Left, string Right)> merges, string? unknown, bool byteFallback, bool ignoreMerges) => new()
    {
        ["type"] = "BPE",
        ["dropout"] = null,
        ["unk_token"] = unknown,
        ["continuing_subword_prefix"] = null,
        ["end_of_word_suffix"] = null,
        ["fuse_unk"] = byteFallback,
        ["byte_fallback"] = byteFallback,
        ["ignore_merges"] = ignoreMerges,
        ["vocab"] = Numbered(entries),
        // Both spellings of the list are about; the older one has a text a merge.
        ["merges"] = new JsonArray([.. merges.Select(merge => ignoreMerges ? (JsonNode)new JsonArray(merge.Left, merge.Right) : merge.Left + " " + merge.Right)]),
    };

    static JsonObject Unigram(string? normalizer, string preTokenizer, string post, params string[] special) => Whole(
        [.. special.Select((token, id) => Added(id, token, special: true))], normalizer, preTokenizer, post, Metaspace,
        new() { ["type"] = "Unigram", ["unk_id"] = Array.IndexOf(special, "<unk>"), ["vocab"] = SmallVocabularies.Unigram(special), ["byte_fallback"] = false });

    static JsonObject WordPiece(bool lower) => Whole(
        [.. Bert.Select((token, id) => Added(id, token, special: true, token == "[MASK]" ? ["lstrip"] : []))],
        $$"""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":{{(lower ? "true" : "false")}}}""",
        """{"type":"BertPreTokenizer"}""", Template("[CLS]", 2, "[SEP]", 3), """{"type":"WordPiece","prefix":"##","cleanup":true}""",
        new()
        {
            ["type"] = "WordPiece",
            ["unk_token"] = "[UNK]",
            ["continuing_subword_prefix"] = "##",
            ["max_input_chars_per_word"] = 100,
            ["vocab"] = Numbered(SmallVocabularies.WordPieces(lower, Bert)),
        });

    static JsonObject Whole(JsonNode[] added, string? normalizer, string? preTokenizer, string? post, string decoder, JsonObject model) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(added),
        ["normalizer"] = Parse(normalizer),
        ["pre_tokenizer"] = Parse(preTokenizer),
        ["post_processor"] = Parse(post),
        ["decoder"] = Parse(decoder),
        ["model"] = model,
    };

    static string Template(string? first, int firstId, string? last, int lastId)
    {
        var (single, tokens) = (new JsonArray(), new JsonObject());
        Add(first, firstId);
        single.Add(Text("A"));
        Add(last, lastId);
        return new JsonObject { ["type"] = "TemplateProcessing", ["single"] = single, ["pair"] = new JsonArray(Text("A"), Text("B")), ["special_tokens"] = tokens }.ToJsonString();

        void Add(string? name, int id)
        {
            if (name is null)
                return;
            single.Add(new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = name, ["type_id"] = 0 } });
            tokens[name] = new JsonObject { ["id"] = name, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(name) };
        }

        static JsonObject Text(string name) => new() { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = 0 } };
    }

    static string Split(string pattern) =>
        new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false }.ToJsonString();

    static string Sequence(string name, params string[] steps) => $$"""{"type":"Sequence","{{name}}":[{{string.Join(',', steps)}}]}""";

    static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);

    static JsonObject Numbered(List<string> entries) => new(entries.Select((entry, id) => KeyValuePair.Create(entry, (JsonNode?)id)));
}
