using System.Text.Json;
using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Tests;

public sealed class LabelTests
{
    private static readonly AigcLabel Label = new() { ContentProducer = "p", ProduceID = "1", ContentPropagator = "d", PropagateID = "2" };

    [Fact]
    public void Writer_uses_the_standards_names_in_its_order_and_strings_only()
    {
        using var json = JsonDocument.Parse(LabelWriter.ToDocument(Label));
        var fields = json.RootElement.GetProperty("AIGC").EnumerateObject().ToList();
        Assert.Equal(["Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"], fields.Select(f => f.Name));
        Assert.All(fields, field => Assert.Equal(JsonValueKind.String, field.Value.ValueKind));
        Assert.Equal("1", fields[0].Value.GetString());
    }

    [Theory]
    [InlineData("AIGC", "p", "1")]
    [InlineData("1", "", "1")]
    [InlineData("1", "p", " ")]
    [InlineData("1", "p\nLabel: 3", "1")]
    public void Writer_refuses_what_the_standard_does_not_allow(string level, string producer, string id) =>
        Assert.Throws<ArgumentException>(() => LabelWriter.ToJson(new() { Label = level, ContentProducer = producer, ProduceID = id }));

    [Fact]
    public void Writer_refuses_half_a_surrogate_pair() =>
        Assert.Throws<ArgumentException>(() => LabelWriter.ToJson(Label with { ContentProducer = "\ud800" }));

    [Fact]
    public void Reader_reads_what_the_writer_wrote_without_an_issue()
    {
        var reading = LabelReader.ReadJson(LabelWriter.ToDocument(Label));
        Assert.Equal(Label, reading.Label);
        Assert.Empty(reading.Issues);
    }

    [Fact]
    public void Reader_accepts_misspelt_keys_and_says_so()
    {
        var reading = LabelReader.ReadJson("""{"Label":"1","ContentProducer":"p","ProduceID":"1","ReserveCode1":"x","contentpropagator":"d","PropagateID":"2","ReserveCode2":"y"}""");
        Assert.Equal(("x", "d", "y"), (reading.Label!.ReservedCode1, reading.Label.ContentPropagator, reading.Label.ReservedCode2));
        Assert.Equal(3, reading.Issues.Count(issue => issue.Code == "key_misspelt"));
    }

    [Theory]
    [InlineData("\"AIGC\"")]
    [InlineData("\"true\"")]
    public void Reader_takes_a_label_in_words_as_generated_and_says_so(string value)
    {
        var reading = LabelReader.ReadJson($$$"""{"AIGC":{"Label":{{{value}}},"ContentProducer":"p","ProduceID":"1"}}""");
        Assert.Equal("1", reading.Label!.Label);
        Assert.Contains(reading.Issues, issue => issue.Code == "label_value");
    }

    [Fact]
    public void Reader_takes_a_number_for_a_string_and_says_so()
    {
        var reading = LabelReader.ReadJson("""{"Label":1,"ContentProducer":"p","ProduceID":7}""");
        Assert.Equal(("1", "7"), (reading.Label!.Label, reading.Label.ProduceID));
        Assert.Contains(reading.Issues, issue => issue.Code == "value_not_string");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"x\":1}")]
    [InlineData("not json")]
    public void Reader_of_something_else_gives_no_label(string json)
    {
        var reading = LabelReader.ReadJson(json);
        Assert.Null(reading.Label);
        Assert.Contains(reading.Issues, issue => issue.Code == "label_unreadable");
    }
}
