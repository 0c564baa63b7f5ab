using System.Text.Json;
using System.Text.RegularExpressions;
using NJsonSchema;

namespace Aigc.Inference.Tests.Engine.Constraints;

/// <summary>Whatever the logits, the vocabulary and the budget: the answer parses, and a validator that is not ours finds it valid.</summary>
public sealed class AnswersParseTests
{
    public static TheoryData<string> Vocabularies => ["bytes", "nano", "nasty", "no bytes"];

    private static readonly string[] Wrong = ["null", "true", "3.5", "\"zz zz zz zz zz zz\"", "[[{}]]", "{\"zz\":\"z\"}"];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public async Task Every_answer_is_valid_by_its_schema(string vocabulary)
    {
        var tokens = Of(vocabulary);
        var writer = new ConstrainedText(tokens, tokens.Size);
        foreach (var schema in Schemas.All)
        {
            var judge = await JsonSchema.FromJsonAsync(Older(schema), TestContext.Current.CancellationToken);
            Assert.True(schema == "{}" || Wrong.Any(text => judge.Validate(text).Count > 0), "The validator refuses nothing: " + schema);
            var format = ConstrainedText.Schema(schema);
            if (vocabulary == "no bytes" && schema.Contains("né", StringComparison.Ordinal))
                continue;
            foreach (var beyond in (int[])[0, 1, 3, 17, 150])
            {
                for (ulong seed = 0; seed < 4; seed++)
                {
                    var text = writer.Write(format, seed, beyond);
                    using var parsed = JsonDocument.Parse(text);
                    var faults = judge.Validate(text);
                    Assert.True(faults.Count == 0, $"{schema}\n{text}\n{string.Join('\n', faults)}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Json_mode_answers_with_an_object(string vocabulary)
    {
        var tokens = Of(vocabulary);
        var writer = new ConstrainedText(tokens, tokens.Size);
        for (ulong seed = 0; seed < 60; seed++)
        {
            using var parsed = JsonDocument.Parse(writer.Write(ConstrainedText.Object, seed, (int)seed * 5));
            Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
        }
    }

    [Fact]
    public void A_model_that_only_opens_brackets_is_brought_to_an_end()
    {
        var tokens = TestTokens.Nasty;
        var writer = new ConstrainedText(tokens, tokens.Size);
        foreach (var beyond in (int[])[1, 30, 200, 2000])
        {
            var text = writer.Write(ConstrainedText.Schema("{}"), 5, beyond, token => tokens.BytesOf(token) is [(byte)'[' or (byte)'{', ..] ? 30 : 0);
            using var parsed = JsonDocument.Parse(text);
        }
    }

    // The validator knows tuples, definitions and constants by their older names alone, and no reference beside other keywords.
    private static string Older(string schema)
    {
        var older = Regex.Replace(schema, "\"const\":(\"(?:[^\"\\\\]|\\\\.)*\")", "\"enum\":[$1]")
            .Replace(",\"$ref\":\"#/$defs/node\"}", ",\"allOf\":[{\"$ref\":\"#/$defs/node\"}]}", StringComparison.Ordinal).Replace("$defs", "definitions", StringComparison.Ordinal);
        return older.Contains("prefixItems", StringComparison.Ordinal)
            ? older.Replace("\"items\":false", "\"additionalItems\":false", StringComparison.Ordinal).Replace("prefixItems", "items", StringComparison.Ordinal)
            : older;
    }

    private static TestTokens Of(string name) => name switch
    {
        "bytes" => TestTokens.BytesAlone,
        "nano" => TestTokens.Nano,
        "nasty" => TestTokens.Nasty,
        _ => TestTokens.NoBytes,
    };
}
