using Aigc.DataSupply.Extractors;

namespace Aigc.DataSupply.Tests.Extractors;

public sealed class DotnetXmlExtractorTests
{
    private const string Documentation = """
        <?xml version="1.0"?>
        <doc><assembly><name>A</name></assembly><members>
          <member name="T:My.Space.Thing`1"><summary>Represents a thing that holds a <see cref="T:System.String" />.</summary>
            <typeparam name="T">The type of the held values.</typeparam>
            <remarks><para>First remark of it.</para><code>var x = 1;</code><para>Second remark of it.</para></remarks></member>
          <member name="M:My.Space.Thing`1.#ctor(System.Int32)"><summary>Initializes a new instance.</summary><param name="size">The number of values it can hold.</param></member>
          <member name="M:My.Space.Thing`1.Find(System.Collections.Generic.IEnumerable{System.String},`0@)"><summary>Looks for a value among the given keys.</summary>
            <param name="keys">The keys to look for.</param><returns><see langword="true" /> if it was found; otherwise, <see langword="false" />.</returns>
            <exception cref="T:System.ArgumentNullException"><paramref name="keys" /> is <see langword="null" />.</exception></member>
          <member name="P:My.Space.Thing`1.Count"><summary>Gets the number of values.</summary><value>The number of values.</value></member>
          <member name="T:My.Space.Other"><summary>Another one.</summary></member>
        </members></doc>
        """;

    [Fact]
    public void Each_type_is_a_document_with_its_members()
    {
        var documents = Extracting.Run("a.xml", System.Text.Encoding.UTF8.GetBytes(Documentation)).Documents;

        Assert.Equal(["My.Space.Other", "My.Space.Thing`1"], documents.Select(document => document.Fragment));
        Assert.Equal(
            """
            Thing<T> (My.Space): Represents a thing that holds a String. The type parameter T is the type of the held values.

            First remark of it.

            Second remark of it.

            The Thing(Int32) constructor initializes a new instance. The parameter size is the number of values it can hold.

            The Find(IEnumerable<String>, T) method looks for a value among the given keys. The parameter keys is the keys to look for. It returns true if it was found; otherwise, false. It throws ArgumentNullException when keys is null.

            The Count property gets the number of values.
            """.ReplaceLineEndings("\n"),
            documents[1].Text);
    }

    [Fact]
    public void An_entity_bomb_is_refused()
    {
        const string bomb = "<?xml version=\"1.0\"?><!DOCTYPE doc [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><doc><members><member name=\"T:A\"><summary>&b;</summary></member></members></doc>";

        Assert.Equal("xml-dtd", Extracting.Refused("a.xml", bomb));
    }

    [Fact]
    public void Broken_xml_is_left_out_whole()
    {
        Assert.Equal("broken-xml", Extracting.Refused("a.xml", Documentation[..^40]));
    }

    [Fact]
    public void Other_xml_is_not_documentation()
    {
        Assert.Equal("xml-not-documentation", Extracting.Refused("a.xml", "<project><x/></project>"));
    }

    [Fact]
    public void Deep_xml_is_refused_without_recursion()
    {
        Assert.Equal("xml-too-deep", Extracting.Refused("a.xml", "<doc>" + string.Concat(Enumerable.Repeat("<a>", 50_000)) + string.Concat(Enumerable.Repeat("</a>", 50_000)) + "</doc>"));
    }

    [Theory]
    [InlineData("T:System.String", "String")]
    [InlineData("T:System.Collections.Generic.Dictionary`2", "Dictionary<T1, T2>")]
    [InlineData("M:System.String.Trim(System.Char[])", "Trim(Char[])")]
    [InlineData("M:System.String.#ctor", "String()")]
    [InlineData("P:System.String.Length", "Length")]
    [InlineData("M:A.B.System#IDisposable#Dispose", "Dispose()")]
    public void References_read_as_people_say_them(string cref, string expected)
    {
        Assert.Equal(expected, Cref.Name(cref));
    }
}
