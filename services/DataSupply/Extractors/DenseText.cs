using AngleSharp.Dom;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// The fallback where Readability finds no article: every innermost block with enough text of which less than half is links. In the spirit of
/// Kohlschütter et al. (2010), "Boilerplate detection using shallow text features".
/// </summary>
internal static class DenseText
{
    private const int MinCharacters = 25;
    private const double MaxLinkShare = 0.5;

    public static string Of(INode root)
    {
        var blocks = new List<string>();
        INode? node = root;
        while (node is not null)
        {
            var inside = node is not IElement element || !HtmlText.IsDropped(element);
            if (inside && node is IElement block && HtmlText.IsBlock(block) && !HasBlock(block))
            {
                Take(block, blocks);
                inside = false;
            }

            node = (inside ? node.FirstChild : null) ?? Next(node, root);
        }

        return string.Join("\n\n", blocks);
    }

    private static void Take(IElement block, List<string> blocks)
    {
        var text = HtmlText.Render(block);
        if (text.Length >= MinCharacters && LinkCharacters(block) < text.Length * MaxLinkShare)
        {
            blocks.Add(text);
        }
    }

    private static bool HasBlock(IElement root)
    {
        for (INode? node = root.FirstChild; node is not null; node = node.FirstChild ?? Next(node, root))
        {
            if (node is IElement element && HtmlText.IsBlock(element) && element.LocalName != "br")
            {
                return true;
            }
        }

        return false;
    }

    private static int LinkCharacters(IElement root)
    {
        var characters = 0;
        for (INode? node = root.FirstChild; node is not null;)
        {
            var link = node is IElement { LocalName: "a" } ? (IElement)node : null;
            characters += link is null ? 0 : HtmlText.Render(link).Length;
            node = (link is null ? node.FirstChild : null) ?? Next(node, root);
        }

        return characters;
    }

    private static INode? Next(INode node, INode root)
    {
        INode? current = node;
        while (current is not null && current != root)
        {
            if (current.NextSibling is { } next)
            {
                return next;
            }

            current = current.Parent;
        }

        return null;
    }
}
