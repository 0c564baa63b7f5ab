using System.Text.Json;
using Aigc.Models.Llama;

namespace Aigc.Models.Folders;

/// <summary>The two matrices of one projection: B·A·scale is what the adapter adds to its weight.</summary>
/// <param name="A">[rank, in].</param>
/// <param name="B">[out, rank].</param>
public sealed record AdapterMatrices(float[] A, float[] B);

/// <summary>
/// A checked adapter folder as PEFT writes it: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c> with
/// <c>base_model.model.{module}.lora_A.weight</c> [r, in] and <c>…lora_B.weight</c> [out, r].
/// </summary>
public sealed class AdapterFolder
{
    const string Config = "adapter_config.json";
    const string Weights = "adapter_model.safetensors";
    const string Prefix = "base_model.model.";

    AdapterFolder(AdapterConfig settings, IReadOnlyDictionary<string, AdapterMatrices> modules) => (Settings, Modules) = (settings, modules);

    /// <summary>Rank and scale.</summary>
    public AdapterConfig Settings { get; }

    /// <summary>Matrices by module, such as <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public IReadOnlyDictionary<string, AdapterMatrices> Modules { get; }

    /// <summary>Reads and checks a folder against the base it is for.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="shape">Dimensions of the base.</param>
    /// <param name="mostRank">Largest rank that is taken.</param>
    /// <exception cref="ModelFolderException">Names the file, the tensor and the reason.</exception>
    public static AdapterFolder Open(string directory, LlamaShape shape, int mostRank)
    {
        var settings = Check(directory, Config, path =>
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return AdapterConfig.Read(document.RootElement);
        });
        if (settings.Rank > mostRank)
            throw new ModelFolderException(Config, $"r is {settings.Rank} and at most {mostRank} is served here");
        return Check(directory, Weights, path =>
        {
            using var file = SafeTensors.Open(path);
            return new AdapterFolder(settings, Read(file, shape, settings.Rank));
        });
    }

    /// <summary>Writes a folder.</summary>
    /// <param name="directory">Made where it is not there.</param>
    /// <param name="baseName">Name of the base, for people.</param>
    /// <param name="shape">Dimensions of the base.</param>
    /// <param name="rank">r.</param>
    /// <param name="alpha">The scale is alpha over r.</param>
    /// <param name="modules">Matrices by module.</param>
    public static void Write(string directory, string baseName, LlamaShape shape, int rank, double alpha, IReadOnlyDictionary<string, AdapterMatrices> modules)
    {
        Directory.CreateDirectory(directory);
        var tensors = new List<NamedTensor>();
        foreach (var site in LlamaAdapters.Sites(shape))
        {
            foreach (var part in site.Parts.Where(part => modules.ContainsKey(part.Module)))
            {
                var (a, b) = modules[part.Module];
                tensors.Add(new($"{Prefix}{part.Module}.lora_A.weight", [rank, site.In], a));
                tensors.Add(new($"{Prefix}{part.Module}.lora_B.weight", [part.Width, rank], b));
            }
        }

        SafeTensorsWriter.Write(Path.Combine(directory, Weights), tensors);
        File.WriteAllText(Path.Combine(directory, Config), JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "CAUSAL_LM",
            ["base_model_name_or_path"] = baseName,
            ["r"] = rank,
            ["lora_alpha"] = alpha,
            ["lora_dropout"] = 0.0,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["target_modules"] = modules.Keys.Select(module => module[(module.LastIndexOf('.') + 1)..]).Distinct().Order(StringComparer.Ordinal).ToArray(),
        }));
    }

    static Dictionary<string, AdapterMatrices> Read(SafeTensors file, LlamaShape shape, int rank)
    {
        var expected = new Dictionary<string, (string Module, long[] Shape)>(StringComparer.Ordinal);
        foreach (var site in LlamaAdapters.Sites(shape))
        {
            foreach (var part in site.Parts)
            {
                expected.Add($"{Prefix}{part.Module}.lora_A.weight", (part.Module, [rank, site.In]));
                expected.Add($"{Prefix}{part.Module}.lora_B.weight", (part.Module, [part.Width, rank]));
            }
        }

        // Everything is checked before anything is read: what the base does not have must not cost memory.
        foreach (var (name, tensor) in file.Tensors)
        {
            if (!expected.TryGetValue(name, out var known))
                throw new FormatException($"tensor \"{name}\" changes something that is not adapted here: an adapter may change q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj and down_proj of the base's {shape.Layers} blocks");
            if (!tensor.Shape.SequenceEqual(known.Shape))
                throw new FormatException($"tensor \"{name}\" is [{string.Join(", ", tensor.Shape)}] and must be [{string.Join(", ", known.Shape)}] for this base and rank");
            var other = name.EndsWith("lora_A.weight", StringComparison.Ordinal) ? name.Replace(".lora_A.", ".lora_B.", StringComparison.Ordinal) : name.Replace(".lora_B.", ".lora_A.", StringComparison.Ordinal);
            if (!file.Tensors.ContainsKey(other))
                throw new FormatException($"tensor \"{other}\" is missing");
        }

        if (file.Tensors.Count == 0)
            throw new FormatException("it has no tensors");
        return expected.Values.Select(known => known.Module).Distinct(StringComparer.Ordinal).Where(module => file.Tensors.ContainsKey($"{Prefix}{module}.lora_A.weight"))
            .ToDictionary(module => module, module => new AdapterMatrices(Finite(file, $"{Prefix}{module}.lora_A.weight"), Finite(file, $"{Prefix}{module}.lora_B.weight")), StringComparer.Ordinal);
    }

    static float[] Finite(SafeTensors file, string name)
    {
        var values = file.Read(name);
        return Array.TrueForAll(values, float.IsFinite) ? values : throw new FormatException($"tensor \"{name}\" has values that are not numbers");
    }

    static T Check<T>(string directory, string file, Func<string, T> read)
    {
        var path = Path.Combine(directory, file);
        var info = new FileInfo(path);
        if (!info.Exists)
            throw new ModelFolderException(file, "the file is missing");
        if (info.Attributes.HasFlag(FileAttributes.ReparsePoint))
            throw new ModelFolderException(file, "links are not allowed");
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException(file, e.Message.TrimEnd('.'), e);
        }
    }
}
