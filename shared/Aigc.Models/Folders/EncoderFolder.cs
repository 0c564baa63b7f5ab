using System.Text.Json;
using Aigc.Models.Text;

namespace Aigc.Models.Folders;

/// <summary>How the vectors of a text's tokens become the text's vector.</summary>
public enum Pooling
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>That of the first token.</summary>
    Cls,

    /// <summary>That of the last token, as decoders need it.</summary>
    LastToken,
}

/// <summary>
/// A folder with a text encoder: <c>config.json</c>, a tokenizer, graphs as in <see cref="GraphVariants"/>, and what sentence-transformers writes beside them:
/// <c>modules.json</c> (which steps), <c>1_Pooling/config.json</c> (which pooling), <c>sentence_bert_config.json</c> (how long a text may be).
/// </summary>
public sealed class EncoderFolder
{
    static readonly string[] Marks = ["modules.json", "1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json"];

    static readonly string[] Families =
    [
        "albert", "bert", "camembert", "deberta", "deberta-v2", "distilbert", "electra", "ernie", "gte", "jina-bert-v2", "modernbert", "mpnet", "new", "nomic_bert",
        "roberta", "xlm-roberta", "xlm-roberta-xl",
    ];

    // Their positions start behind the padding token's: the table has two rows that no text reaches.
    static readonly string[] PositionsFromTwo = ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet"];

    EncoderFolder(string directory) => Directory = directory;

    /// <summary>Full path of the folder.</summary>
    public string Directory { get; }

    /// <summary><c>config.json</c>.</summary>
    public ModelConfig Config { get; private init; } = new();

    /// <summary>The graphs to choose from; at least one.</summary>
    public IReadOnlyList<GraphVariant> Variants { get; private init; } = [];

    /// <summary>How tokens become a text.</summary>
    public Pooling Pooling { get; private init; }

    /// <summary>Whether vectors are scaled to length 1.</summary>
    public bool Normalises { get; private init; }

    /// <summary>Most tokens of a text, those around it included.</summary>
    public int MaxLength { get; private init; }

    /// <summary>Whether a folder looks like an encoder's. Reads nothing but the model's family.</summary>
    public static bool Looks(string directory)
    {
        if (Marks.Any(mark => File.Exists(Path.Combine(directory, mark))))
            return true;
        try
        {
            return Families.Contains(FolderFiles.Json(directory, "config.json", ModelConfig.Read).Family);
        }
        catch (ModelFolderException)
        {
            return false; // somebody else says what is wrong with it
        }
    }

    /// <summary>Opens a folder. Nothing in it is trusted: no links, and external data stays inside.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public static EncoderFolder Open(string directory)
    {
        directory = FolderFiles.Enter(directory);
        var config = FolderFiles.Json(directory, "config.json", ModelConfig.Read);
        var variants = GraphVariants.Of(directory);
        if (variants.Count == 0)
            throw new ModelFolderException("model.onnx", "the file is missing");
        var modules = FolderFiles.Optional(directory, "modules.json", EncoderModules.Read) ?? new EncoderModules();
        var positions = config.ContextLength - (PositionsFromTwo.Contains(config.Family) ? 2 : 0);
        var said = FolderFiles.Optional(directory, "sentence_bert_config.json", json => json.ValueKind == JsonValueKind.Object ? ModelConfig.Count(json, "max_seq_length") : null);
        var pooling = modules.PoolingFile;
        if (Path.IsPathRooted(pooling) || pooling.Split('/', '\\').Contains(".."))
            throw new ModelFolderException("modules.json", "a path leads out of the folder");
        return new(directory)
        {
            Config = config,
            Variants = variants,
            Pooling = FolderFiles.Optional(directory, pooling, EncoderModules.ReadPooling) ?? Pooling.Mean,
            Normalises = modules.Normalises,
            MaxLength = Math.Min(said ?? int.MaxValue, positions ?? int.MaxValue) is var length and < int.MaxValue
                ? length
                : throw new ModelFolderException("config.json", "max_position_embeddings is missing: the folder does not say how long a text may be"),
        };
    }

    /// <summary>Chooses a graph and reads what it declares.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public GraphFile Graph(string? wanted, bool gpu)
    {
        var variant = GraphVariants.Choose(Variants, wanted, gpu)
            ?? throw new ModelFolderException(Variants[0].File, $"the folder has no variant \"{wanted}\"; it has {string.Join(", ", Variants.Select(v => v.Name))}");
        return FolderFiles.ReadGraph(Directory, variant);
    }

    /// <summary>Reads the tokenizer; what goes around every text is its <see cref="TextTokenizer.Before"/> and <see cref="TextTokenizer.After"/>.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public TextTokenizer Text()
    {
        if (!File.Exists(Path.Combine(Directory, "tokenizer.json")))
            throw new ModelFolderException("tokenizer.json", "the file is missing");
        return FolderFiles.Check("tokenizer.json", () => TextTokenizer.Load(Directory));
    }
}
