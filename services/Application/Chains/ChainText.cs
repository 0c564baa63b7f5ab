using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace Aigc.Application.Chains;

/// <summary>
/// Reads a chain file's text, YAML or JSON, into nodes that know their place. Works on parser events rather than on a document
/// model: an alias is refused before anything could be expanded, depth and size before anything is built.
/// </summary>
internal static class ChainText
{
    public const int MaxBytes = 1 << 20;
    public const int MaxDepth = 16;

    /// <exception cref="ChainSyntaxException">It is not YAML or JSON, or not the harmless part of YAML.</exception>
    public static ChainNode Read(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            throw Fault(1, 1, "the chain file is larger than 1 MB");
        }

        var start = text.AsSpan().TrimStart();
        return start.Length > 0 && start[0] == '{' ? ChainJson.Read(text) : ReadYaml(text);
    }

    internal static ChainSyntaxException Fault(long line, long column, string message) => new(new ChainFault((int)line, (int)column, "", message));

    private static ChainNode ReadYaml(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                throw Fault(1, 1, "the chain file is empty");
            }

            parser.Consume<DocumentStart>();
            var node = Node(parser, 0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out var end)
                ? node
                : throw Fault(parser.Current!.Start.Line, parser.Current.Start.Column, "a chain file holds one document; a second one begins here");
        }
        catch (YamlException broken)
        {
            throw Fault(broken.Start.Line, broken.Start.Column, $"this is not YAML: {broken.Message.TrimEnd('.')}");
        }
        catch (InvalidOperationException)
        {
            // How the parser of this library meets some broken texts: its state machine has nowhere to go.
            throw Fault(parser.Current?.End.Line ?? 1, parser.Current?.End.Column ?? 1, "this is not YAML: a bracket, brace or quote is not closed before here");
        }
    }

    private static ChainNode Node(Parser parser, int depth)
    {
        var at = parser.Current!.Start;
        if (depth > MaxDepth)
        {
            throw Fault(at.Line, at.Column, $"nested deeper than {MaxDepth} levels");
        }

        if (parser.TryConsume<AnchorAlias>(out _) || parser.Current is NodeEvent { Anchor.IsEmpty: false })
        {
            throw Fault(at.Line, at.Column, "anchors and aliases are not allowed in a chain file; write the value out");
        }

        if (parser.Current is NodeEvent { Tag.IsEmpty: false })
        {
            throw Fault(at.Line, at.Column, "tags are not allowed in a chain file");
        }

        if (parser.TryConsume<YamlScalar>(out var scalar))
        {
            return new ChainScalar(scalar.Value, scalar.Style != ScalarStyle.Plain, (int)at.Line, (int)at.Column);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<ChainNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node(parser, depth + 1));
            }

            return new ChainList(items, (int)at.Line, (int)at.Column);
        }

        parser.Consume<MappingStart>();
        var entries = new List<ChainEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (Node(parser, depth + 1) is not ChainScalar key)
            {
                throw Fault(at.Line, at.Column, "a key must be plain text");
            }

            entries.Add(new ChainEntry(key, Node(parser, depth + 1)));
        }

        return new ChainMap(entries, (int)at.Line, (int)at.Column);
    }
}
