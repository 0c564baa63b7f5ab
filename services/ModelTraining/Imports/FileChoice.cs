using System.Text.RegularExpressions;
using Aigc.Models.Folders;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Imports;

/// <summary>Which files of a repository are the model: its configurations, its tokenizer, and one graph with its weights. Everything else stays where it is.</summary>
internal static partial class FileChoice
{
    [GeneratedRegex("""
        ^(
            config\.json | generation_config\.json | genai_config\.json | card\.json | adapter_config\.json
          | tokenizer[^/]* | [^/]+\.model | vocab\.(json|txt) | merges\.txt | added_tokens\.json | special_tokens_map\.json
          | chat_template\.[^/]+ | additional_chat_templates/[^/]+\.jinja
          | modules\.json | sentence_bert_config\.json | config_sentence_transformers\.json | \d_[A-Za-z]+/config\.json
          | (LICENSE|LICENCE|NOTICE)[^/]*
        )$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Configuration();

    /// <summary>Files that are small and of use whichever graph is chosen.</summary>
    public static IEnumerable<WantedFile> Configurations(IEnumerable<WantedFile> files) => files.Where(file => Configuration().IsMatch(file.Path));

    /// <summary>The graph and the files of its weights, as far as their names tell.</summary>
    /// <param name="files">Everything the source offers.</param>
    /// <param name="variant">The variant's name; null for the one a processor serves best.</param>
    /// <param name="named">The graph a <c>genai_config.json</c> names; null without one.</param>
    /// <exception cref="ProblemException">There is no such graph.</exception>
    public static IReadOnlyList<WantedFile> Graph(IReadOnlyList<WantedFile> files, string? variant, string? named)
    {
        var graph = named ?? Variant(files, variant);
        var file = files.FirstOrDefault(file => file.Path == graph)
            ?? throw new ProblemException("graph_not_found", $"{GenAiConfig.FileName} names the graph {graph}, which the source does not have.", "source");
        return [file, .. files.Where(other => IsWeightsOf(graph, other.Path))];
    }

    static string Variant(IReadOnlyList<WantedFile> files, string? variant)
    {
        var variants = GraphVariants.Of([.. files.Select(file => file.Path)]);
        if (variants.Count == 0)
        {
            var others = files.Where(file => file.Path.EndsWith(".onnx", StringComparison.Ordinal)).Select(file => file.Path).Take(5).ToArray();
            throw new ProblemException(
                "graph_not_found",
                others.Length > 0
                    ? $"The source has no graph of a text model, only {string.Join(", ", others)}."
                    : "The source has no ONNX graph (model.onnx, or onnx/model_q4.onnx and the like); choose a repository that publishes one.",
                "source");
        }

        return GraphVariants.Choose(variants, variant, gpu: false)?.File
            ?? throw new ProblemException("variant_not_found", $"The source has no variant \"{variant}\"; it has {string.Join(", ", variants.Select(known => known.Name))}.", "source.variant");
    }

    // model_q4.onnx has model_q4.onnx_data, model_q4.onnx_data_1, model_q4.onnx.data.
    static bool IsWeightsOf(string graph, string path) =>
        path.StartsWith(graph, StringComparison.Ordinal) && path[graph.Length..] is ['_' or '.', 'd', 'a', 't', 'a', .. var rest] && !rest.Contains('/', StringComparison.Ordinal);
}
