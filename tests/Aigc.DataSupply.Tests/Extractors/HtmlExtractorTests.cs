using System.Text;

namespace Aigc.DataSupply.Tests.Extractors;

public sealed class HtmlExtractorTests
{
    private static readonly string Paragraph = string.Join(' ', Enumerable.Repeat("This sentence is part of the main text of the page, and it is long enough to be one.", 6));

    [Fact]
    public void The_main_text_stays_and_what_is_around_it_goes()
    {
        var document = Extracting.One("a.html", $"<html><head><title>Title</title><script>var x = 1;</script></head><body><nav><a href=/>Home</a> <a href=/b>Menu</a></nav><article><h1>Head</h1><p>{Paragraph}</p><p>{Paragraph}</p><pre>code()</pre></article><footer>Copyright</footer></body></html>");

        Assert.Equal("Title", document.Title);
        Assert.Contains(Paragraph, document.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Menu", document.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("code()", document.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("var x", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_page_without_an_article_is_read_by_density()
    {
        var document = Extracting.One("a.html", "<body><p>A single paragraph that is all there is on this page.</p><div><a href=x>A link that is long enough to count as text here</a></div></body>");

        Assert.Contains("A single paragraph", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_html_is_read()
    {
        Assert.Contains("left open", Extracting.One("a.html", $"<html><body><div><p>{Paragraph}<p>This one was left open <b>and <i>nested</b> wrongly").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_charset_a_page_declares_is_used()
    {
        var content = Encoding.Latin1.GetBytes($"<html><head><meta charset=\"iso-8859-1\"></head><body><p>Größe. {Paragraph}</p></body></html>");

        Assert.Contains("Größe", Assert.Single(Extracting.Run("a.html", content).Documents).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Absurd_nesting_is_skipped()
    {
        Assert.Equal("html-too-deep", Extracting.Refused("a.html", string.Concat(Enumerable.Repeat("<div>", 200_000)) + "x"));
    }

    [Fact]
    public void Deep_nesting_is_read_without_recursion()
    {
        var document = Extracting.One("a.html", string.Concat(Enumerable.Repeat("<div>", 5_000)) + $"<p>{Paragraph}</p>");

        Assert.Contains("part of the main text", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_over_the_bound_is_skipped()
    {
        Assert.Equal("document-too-large", Extracting.Refused("a.html", "<p>" + new string('a', 5_000_000)));
    }
}
