using System.Text;
using System.Xml.Linq;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;
using Aigc.Provenance.Reading;

namespace Aigc.Provenance.Tests;

public sealed class OtherCarrierTests
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    [Theory]
    [InlineData(Sample.Body)]
    [InlineData("]]> </div><p class=\"aigc-label\">x</p> &amp; &lt; <script>alert(1)</script> 'q' \"d\"")]
    public void An_atom_entry_carries_every_mark_and_the_same_body(string body)
    {
        var report = Assert.Single(MarkReader.ReadAtom(Entry(Sample.Text(body)).ToString(SaveOptions.DisableFormatting)));
        Assert.Empty(report.Missing);
        Assert.Equal(body, report.Body);
    }

    [Fact]
    public void An_entry_without_its_element_is_told()
    {
        var entry = Entry(Sample.Text());
        entry.Element(AtomMarks.ElementName)!.Remove();
        Assert.Equal([Marks.Metadata, Marks.Integrity], Assert.Single(MarkReader.ReadAtom(entry.ToString())).Missing);
    }

    [Fact]
    public void A_document_type_is_not_read() =>
        Assert.Empty(MarkReader.ReadAtom("<!DOCTYPE x [<!ENTITY a \"b\">]><feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>&a;</entry></feed>"));

    [Fact]
    public void An_html_page_carries_every_mark_and_the_same_body()
    {
        var report = MarkReader.Read(Encoding.UTF8.GetBytes(HtmlMarks.Page(Sample.Text(title: "</title><script>"))));
        Assert.Equal("html", report.Format);
        Assert.Empty(report.Missing);
        Assert.Equal(Sample.Body, report.Body);
    }

    [Fact]
    public void A_json_payload_carries_every_mark_and_the_same_body()
    {
        var report = MarkReader.Read(Encoding.UTF8.GetBytes(JsonMarks.Write(Sample.Text()).ToJsonString()));
        Assert.Equal("json", report.Format);
        Assert.Empty(report.Missing);
        Assert.Equal(Sample.Body, report.Body);
    }

    [Fact]
    public void A_visible_line_that_says_nothing_is_refused() =>
        Assert.Throws<ArgumentException>(() => VisibleLine.Of("model", "Made with love by {model}"));

    [Fact]
    public void A_model_name_stays_inside_the_line()
    {
        var line = VisibleLine.Of("a\n# b" + new string('x', 400));
        Assert.DoesNotContain('\n', line);
        Assert.True(VisibleLine.IsVisibleLine(line));
    }

    private static XElement Entry(MarkedText text) => new(Atom + "entry",
        new XElement(Atom + "id", "urn:x"),
        AtomMarks.Element(text.Label),
        new XElement(Atom + "content", new XAttribute("type", "html"), AtomMarks.Content(text)));
}
