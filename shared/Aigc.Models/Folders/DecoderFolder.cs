using Aigc.Models.Onnx;
using Aigc.Models.Text;

namespace Aigc.Models.Folders;

/// <summary>A graph of a folder, read and checked but not loaded.</summary>
/// <param name="Variant">Which one it is.</param>
/// <param name="Path">Full path.</param>
/// <param name="Graph">What it declares.</param>
/// <param name="Bytes">Bytes of its file and of the files of its weights.</param>
public sealed record GraphFile(GraphVariant Variant, string Path, OnnxFile Graph, long Bytes);

/// <summary>
/// A folder with a text decoder of any family: our own export, the folders Optimum and onnx-community publish, and those with a
/// <c>genai_config.json</c>. Other files and subfolders are of no interest. Configurations are read when it is opened; graphs and tokenizer when asked for.
/// </summary>
public sealed class DecoderFolder
{
    DecoderFolder(string directory) => Directory = directory;

    /// <summary>Full path of the folder.</summary>
    public string Directory { get; }

    /// <summary><c>config.json</c>; null in a folder that has <see cref="GenAi"/> alone.</summary>
    public ModelConfig? Config { get; private init; }

    /// <summary><c>genai_config.json</c>, where there is one: it says which graph.</summary>
    public GenAiConfig? GenAi { get; private init; }

    /// <summary>The graphs to choose from; at least one.</summary>
    public IReadOnlyList<GraphVariant> Variants { get; private init; } = [];

    /// <summary>Largest number of tokens of prompt and answer together.</summary>
    public int ContextLength { get; private init; }

    /// <summary>Tokens that end an answer, from whichever file says it; none where no file does.</summary>
    public IReadOnlySet<int> Ends { get; private init; } = new HashSet<int>();

    /// <summary>The file to blame for a dimension.</summary>
    public string ConfigFile => GenAi is null ? "config.json" : GenAiConfig.FileName;

    /// <summary>Opens a folder. Nothing in it is trusted: no links, and external data stays inside.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public static DecoderFolder Open(string directory)
    {
        directory = FolderFiles.Enter(directory);
        var genAi = FolderFiles.Optional(directory, GenAiConfig.FileName, GenAiConfig.Read);
        var config = genAi is null ? FolderFiles.Json(directory, "config.json", ModelConfig.Read) : FolderFiles.Optional(directory, "config.json", ModelConfig.Read);
        var variants = genAi is null ? GraphVariants.Of(directory) : [new GraphVariant("genai", genAi.Graph)];
        if (variants.Count == 0)
            throw new ModelFolderException("model.onnx", "the file is missing");
        HashSet<int> ends =
        [
            .. genAi?.Ends ?? [],
            .. config?.Ends ?? [],
            .. FolderFiles.Optional(directory, "generation_config.json", ModelConfig.ReadEnds) ?? [],
        ];
        ends.Remove(-1);
        return new(directory)
        {
            Config = config,
            GenAi = genAi,
            Variants = variants,
            ContextLength = genAi?.ContextLength ?? config?.ContextLength
                ?? throw new ModelFolderException(genAi is null ? "config.json" : GenAiConfig.FileName, "max_position_embeddings is missing: the folder does not say how long its context is"),
            Ends = ends,
        };
    }

    /// <summary>Chooses a graph and reads what it declares.</summary>
    /// <param name="wanted">A variant's name; null for the best for the device.</param>
    /// <param name="gpu">Whether it runs on a GPU.</param>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public GraphFile Graph(string? wanted, bool gpu)
    {
        var variant = GraphVariants.Choose(Variants, GenAi is null ? wanted : null, gpu)
            ?? throw new ModelFolderException(Variants[0].File, $"the folder has no variant \"{wanted}\"; it has {string.Join(", ", Variants.Select(v => v.Name))}");
        return FolderFiles.ReadGraph(Directory, variant);
    }

    /// <summary>Reads the tokenizer, and how the folder renders conversations, where it says so.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public (TextTokenizer Tokenizer, ChatFormat? Chat) Text()
    {
        if (!File.Exists(Path.Combine(Directory, "tokenizer.json")))
            throw new ModelFolderException("tokenizer.json", "the file is missing");
        var tokenizer = FolderFiles.Check("tokenizer.json", () => TextTokenizer.Load(Directory));
        var chat = File.Exists(Path.Combine(Directory, "tokenizer_config.json"))
            ? FolderFiles.Check("tokenizer_config.json", () => ChatFormat.Load(Directory, tokenizer))
            : null;
        return (tokenizer, chat);
    }
}
