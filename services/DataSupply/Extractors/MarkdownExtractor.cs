using System.Text;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Aigc.DataSupply.Extractors;

/// <summary>Markdown to text: headings, paragraphs, quotes and list items; no front matter, no code blocks, no raw HTML, no link targets.</summary>
internal sealed class MarkdownExtractor : IExtractor
{
    private const int MaxCharacters = 4 << 20;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseYamlFrontMatter().UsePipeTables().Build();

    public IEnumerable<ExtractedDocument> Extract(Stream content, ExtractionContext context, CancellationToken ct)
    {
        var source = TextDecoding.ReadAll(content, context, MaxCharacters);
        MarkdownDocument document;
        try
        {
            document = Markdown.Parse(source, Pipeline);
        }
        // Markdig bounds nesting itself and says so this way.
        catch (ArgumentException error)
        {
            throw new SkippedException("broken-markdown", "The Markdown is nested too deeply to be read.", error);
        }

        var text = new StringBuilder();
        string? title = null;
        foreach (var block in document.Descendants<LeafBlock>())
        {
            if (block is CodeBlock or HtmlBlock or LinkReferenceDefinition || block.Inline is null)
            {
                continue;
            }

            var start = text.Length;
            WriteInlines(block.Inline, text);
            title ??= block is HeadingBlock ? text.ToString(start, text.Length - start).Trim() : null;
            // Items of a list belong together; other blocks are paragraphs of their own.
            text.Append(block.Parent is ListItemBlock ? "\n" : "\n\n");
        }

        yield return new("", title, text.ToString().Trim());
    }

    private static void WriteInlines(ContainerInline container, StringBuilder text)
    {
        foreach (var inline in container.Descendants())
        {
            switch (inline)
            {
                case LiteralInline literal:
                    text.Append(literal.Content.AsSpan());
                    break;
                case CodeInline code:
                    text.Append(code.ContentSpan);
                    break;
                case LineBreakInline:
                    text.Append(' ');
                    break;
                case AutolinkInline link:
                    text.Append(link.Url);
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded.AsSpan());
                    break;
            }
        }
    }
}
