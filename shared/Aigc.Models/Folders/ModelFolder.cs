using Aigc.Models.Llama;
using Aigc.Models.Text;

namespace Aigc.Models.Folders;

/// <summary>A model folder that cannot be used. The message names the file and the reason.</summary>
public sealed class ModelFolderException(string file, string reason, Exception? inner = null)
    : Exception($"Model folder: {file}: {reason}.", inner)
{
    /// <summary>The file at fault, relative to the folder.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; } = reason;
}

/// <summary>
/// A checked model folder: <c>model.onnx</c> (+ external data), <c>config.json</c>, <c>tokenizer.json</c>, <c>tokenizer_config.json</c>
/// and, where the model was made here, <c>card.json</c>.
/// </summary>
public sealed class ModelFolder
{
    static readonly string[] Required = ["model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json"];

    ModelFolder(string directory, LlamaShape shape, TextTokenizer tokenizer, ChatFormat chat, ModelCard? card)
    {
        (Directory, Shape, Tokenizer, Chat, Card) = (directory, shape, tokenizer, chat, card);
    }

    /// <summary>Full path of the folder.</summary>
    public string Directory { get; }

    /// <summary>Dimensions of the decoder.</summary>
    public LlamaShape Shape { get; }

    /// <summary>The folder's tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>How conversations are rendered.</summary>
    public ChatFormat Chat { get; }

    /// <summary>The card; null in a folder from elsewhere.</summary>
    public ModelCard? Card { get; }

    /// <summary>Full path of the graph.</summary>
    public string GraphPath => Path.Combine(Directory, "model.onnx");

    /// <summary>Reads and checks a folder. Nothing in it is trusted: no links, and external data stays inside.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public static ModelFolder Open(string directory)
    {
        directory = FolderFiles.Enter(directory);
        foreach (var file in Required)
        {
            if (!File.Exists(Path.Combine(directory, file)))
                throw new ModelFolderException(file, "the file is missing");
        }

        FolderFiles.Check("model.onnx", () => ExternalData.Check(directory));
        var shape = FolderFiles.Json(directory, "config.json", LlamaShape.Read);
        var tokenizer = FolderFiles.Check("tokenizer.json", () => TextTokenizer.Load(directory));
        if (tokenizer.VocabularySize > shape.Vocabulary)
            throw new ModelFolderException("tokenizer.json", $"it has {tokenizer.VocabularySize} tokens and the model {shape.Vocabulary}");
        var chat = FolderFiles.Check("tokenizer_config.json", () => ChatFormat.Load(directory, tokenizer));
        var card = FolderFiles.Optional(directory, ModelCard.FileName, ModelCard.Read);
        return new ModelFolder(directory, shape, tokenizer, chat, card);
    }
}
