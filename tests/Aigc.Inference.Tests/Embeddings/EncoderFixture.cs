using System.Text.Json.Nodes;
using Aigc.Models.Onnx;
using Aigc.Models.Text;

namespace Aigc.Inference.Tests.Embeddings;

/// <summary>What a small encoder's graph is like.</summary>
internal sealed record EncoderSketch
{
    public string Output { get; init; } = "last_hidden_state";

    public bool TokenTypes { get; init; } = true;

    public bool IgnoresMask { get; init; }

    public bool Half { get; init; }

    /// <summary>A decoder used as an encoder: causal, with a past that stays empty.</summary>
    public bool Decoder { get; init; }

    public int? PoisonedToken { get; init; }

    public string? ExtraInput { get; init; }
}

/// <summary>
/// A folder as sentence-transformers publishes it, with one layer of attention over random embeddings, and the same sums done by hand.
/// </summary>
internal sealed class EncoderFixture : IDisposable
{
    public const int Dim = 16, Vocabulary = 512, MaxLength = 64, Cls = 0, Sep = 1;

    private readonly EncoderSketch _sketch;
    private readonly float[] _words = Random(Vocabulary * Dim, 1), _places = Random(128 * Dim, 2), _types = Random(2 * Dim, 3), _mix = Random(Dim * Dim, 4);

    public EncoderFixture(EncoderSketch? sketch = null, string file = "onnx/model.onnx")
    {
        _sketch = sketch ?? new();
        if (_sketch.PoisonedToken is { } poisoned)
            _words.AsSpan(poisoned * Dim, Dim).Fill(float.NaN);
        TokenizerFiles.Write(NanoModel.Vocabulary(), 128, Path);
        var tokenizer = JsonNode.Parse(File.ReadAllText(FileOf("tokenizer.json")))!;
        tokenizer["post_processor"] = new JsonObject { ["type"] = "BertProcessing", ["cls"] = new JsonArray("[CLS]", Cls), ["sep"] = new JsonArray("[SEP]", Sep) };
        Json("tokenizer.json", tokenizer);
        Json("config.json", new JsonObject { ["model_type"] = "bert", ["max_position_embeddings"] = 128, ["vocab_size"] = Vocabulary, ["pad_token_id"] = 3 });
        Json("sentence_bert_config.json", new JsonObject { ["max_seq_length"] = MaxLength, ["do_lower_case"] = false });
        Directory.CreateDirectory(FileOf("onnx"));
        WriteGraph(System.IO.Path.GetDirectoryName(FileOf(file))!, System.IO.Path.GetFileName(file));
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("aigc-encoder-").FullName;

    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    public void Json(string file, JsonNode content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(FileOf(file))!);
        File.WriteAllText(FileOf(file), content.ToJsonString());
    }

    public EncoderFixture WithModules(string pooling, bool normalise, string? more = null)
    {
        var modules = new JsonArray(Module(0, "", "sentence_transformers.models.Transformer"), Module(1, "1_Pooling", "sentence_transformers.models.Pooling"));
        if (more is not null)
            modules.Add(Module(2, "2_More", more));
        if (normalise)
            modules.Add(Module(3, "2_Normalize", "sentence_transformers.models.Normalize"));
        Json("modules.json", modules);
        string[] modes = ["cls_token", "mean_tokens", "max_tokens", "lasttoken"];
        var config = new JsonObject { ["word_embedding_dimension"] = Dim };
        foreach (var mode in modes)
            config["pooling_mode_" + mode] = mode == pooling;
        Json("1_Pooling/config.json", config);
        return this;

        static JsonObject Module(int index, string path, string type) => new() { ["idx"] = index, ["name"] = $"{index}", ["path"] = path, ["type"] = type };
    }

    /// <summary>The tokens of a text with what goes around them.</summary>
    public int[] Tokens(string text) => [Cls, .. TextTokenizer.Load(Path).Encode(text), Sep];

    /// <summary>Hidden states of a sequence, computed in plain loops and doubles.</summary>
    public double[][] Hidden(int[] tokens)
    {
        var x = tokens.Select((token, i) => Enumerable.Range(0, Dim)
            .Select(d => (double)_words[(token * Dim) + d] + _places[(i * Dim) + d] + (_sketch.TokenTypes ? _types[d] : 0)).ToArray()).ToArray();
        return [.. x.Select((query, i) =>
        {
            var seen = _sketch.Decoder ? i + 1 : x.Length;
            var weights = x.Take(seen).Select(key => Math.Exp(query.Zip(key, (a, b) => a * b).Sum() / Math.Sqrt(Dim))).ToArray();
            var mixed = Enumerable.Range(0, Dim).Select(d => x.Take(seen).Select((value, k) => value[d] * weights[k]).Sum() / weights.Sum()).ToArray();
            return Enumerable.Range(0, Dim).Select(d => query[d] + mixed.Select((m, e) => m * _mix[(e * Dim) + d]).Sum()).ToArray();
        })];
    }

    public double[] Mean(string text)
    {
        var hidden = Hidden(Tokens(text));
        return [.. Enumerable.Range(0, Dim).Select(d => hidden.Average(token => token[d]))];
    }

    public static double[] Normalised(double[] vector)
    {
        var length = Math.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void WriteGraph(string directory, string file)
    {
        using var graph = new OnnxGraph(directory, new() { File = file, Data = null });
        graph.Input("input_ids", OnnxType.I64, "batch", "sequence");
        graph.Input("attention_mask", OnnxType.I64, "batch", "total");
        if (_sketch.TokenTypes)
            graph.Input("token_type_ids", OnnxType.I64, "batch", "sequence");
        if (_sketch.ExtraInput is { } extra)
            graph.Input(extra, OnnxType.F32, "batch", 3);
        var pooled = _sketch.Output is "sentence_embedding" or "pooler_output";
        graph.Output(_sketch.Output, _sketch.Half ? OnnxType.F16 : OnnxType.F32, pooled ? ["batch", Dim] : ["batch", "sequence", Dim]);
        graph.Constant<float>("words", OnnxType.F32, [Vocabulary, Dim], _words);
        graph.Constant<float>("places", OnnxType.F32, [128, Dim], _places);
        graph.Constant<float>("types", OnnxType.F32, [2, Dim], _types);
        graph.Constant<float>("mix", OnnxType.F32, [Dim, Dim], _mix);
        graph.Constant<float>("scale", OnnxType.F32, [], [1 / MathF.Sqrt(Dim)]);
        graph.Constant<float>("open", OnnxType.F32, [], [0]);
        graph.Constant<float>("closed", OnnxType.F32, [], [float.MinValue]);
        graph.Constant<long>("zero", OnnxType.I64, [], [0]);
        graph.Constant<long>("one", OnnxType.I64, [], [1]);
        graph.Constant<long>("axis_1", OnnxType.I64, [1], [1]);

        var range = graph.Op("Range", ["zero", graph.Op("Gather", [graph.Op("Shape", ["input_ids"]), "one"]), "one"]);
        var x = graph.Op("Add", [graph.Op("Gather", ["words", "input_ids"]), graph.Op("Gather", ["places", range])]);
        if (_sketch.TokenTypes)
            x = graph.Op("Add", [x, graph.Op("Gather", ["types", "token_type_ids"])]);
        var seen = graph.Op("Unsqueeze", [graph.Op("Cast", ["attention_mask"], "", ("to", (int)OnnxType.Bool)), "axis_1"]);
        if (_sketch.IgnoresMask)
            seen = graph.Op("Or", [seen, graph.Op("Not", [seen])]);
        var keys = x;
        if (_sketch.Decoder)
        {
            graph.Input("past_key_values.0.key", OnnxType.F32, "batch", 1, "past", Dim);
            keys = graph.Op("Concat", [graph.Op("Squeeze", ["past_key_values.0.key", "axis_1"]), x], "", ("axis", 1));
            seen = graph.Op("And", [seen, graph.Op("LessOrEqual", [range, graph.Op("Unsqueeze", [range, "axis_1"])])]);
        }
        var scores = graph.Op("Mul", [graph.Op("MatMul", [x, graph.Op("Transpose", [keys], "", ("perm", (long[])[0, 2, 1]))]), "scale"]);
        var shares = graph.Op("Softmax", [graph.Op("Add", [scores, graph.Op("Where", [seen, "open", "closed"])])], "", ("axis", -1));
        var hidden = graph.Op("Add", [x, graph.Op("MatMul", [graph.Op("MatMul", [shares, keys]), "mix"])]);
        if (pooled)
            hidden = graph.Op("ReduceSum", [graph.Op("Slice", [hidden, graph.Constant<long>("from", OnnxType.I64, [1], [0]), graph.Constant<long>("to", OnnxType.I64, [1], [1]), "axis_1"]), "axis_1"], "", ("keepdims", 0));
        graph.Node("Cast", [hidden], [_sketch.Output], "", ("to", (int)(_sketch.Half ? OnnxType.F16 : OnnxType.F32)));
    }

    private static float[] Random(int count, int seed)
    {
        var state = ((ulong)seed * 0x9E3779B97F4A7C15UL) | 1;
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            values[i] = ((float)(state >> 40) / (1 << 24) * 2f) - 1f;
        }
        return values;
    }
}
