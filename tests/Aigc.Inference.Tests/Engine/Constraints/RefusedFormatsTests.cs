using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Constraints;

namespace Aigc.Inference.Tests.Engine.Constraints;

/// <summary>What cannot be kept is refused before a token is chosen, by its place.</summary>
public sealed class RefusedFormatsTests
{
    [Theory]
    [InlineData("""{"properties":{"a":{"patternProperties":{}}}}""", "/properties/a/patternProperties")]
    [InlineData("""{"properties":{"a":{"type":"array","uniqueItems":true}}}""", "/properties/a/uniqueItems")]
    [InlineData("""{"not":{}}""", "/not")]
    [InlineData("""{"type":"string","pattern":"(?=a)"}""", "/pattern")]
    [InlineData("""{"type":"string","maxLength":2000000}""", "/maxLength")]
    [InlineData("""{"$ref":"#/nowhere"}""", "/$ref")]
    [InlineData("""{"$ref":"#"}""", "itself")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "no value")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"null"}]}""", "no value")]
    [InlineData("""{"type":"array","minItems":3,"maxItems":2}""", "no value")]
    [InlineData("""{"type":"string","pattern":"^[a-z]{5}$","maxLength":4}""", "no value")]
    [InlineData("[]", "object")]
    [InlineData("{", "not JSON")]
    public void A_schema_that_cannot_be_kept_is_refused_by_its_place(string schema, string named)
    {
        var tokens = TestTokens.BytesAlone;
        var problem = Assert.Throws<GenerationFailedException>(() => new ModelConstraints(tokens, tokens.Size).For(ConstrainedText.Schema(schema))).Problem;
        Assert.Equal(("invalid_request", "response_format"), (problem.Code, problem.Param));
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_the_models_tokens_cannot_write_is_refused()
    {
        var tokens = TestTokens.NoBytes;
        var problem = Assert.Throws<GenerationFailedException>(() => new ModelConstraints(tokens, tokens.Size).For(ConstrainedText.Schema("""{"const":"日"}"""))).Problem;
        Assert.Contains("no tokens", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_brackets_is_refused()
    {
        var tokens = new TestTokens([[(byte)'a'], [(byte)'{', (byte)'}']]);
        var problem = Assert.Throws<GenerationFailedException>(() => new ModelConstraints(tokens, tokens.Size).For(ConstrainedText.Object)).Problem;
        Assert.Contains("'{'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_product_of_patterns_is_refused_within_its_limit()
    {
        var all = string.Join(',', Enumerable.Range(2, 40).Select(i => $$"""{"pattern":"^(a{{{i}}}b?)*$"}"""));
        var tokens = TestTokens.BytesAlone;
        var problem = Assert.Throws<GenerationFailedException>(() => new ModelConstraints(tokens, tokens.Size).For(ConstrainedText.Schema($$"""{"type":"string","allOf":[{{all}}]}"""))).Problem;
        Assert.Equal("invalid_request", problem.Code);
    }

    [Fact]
    public void A_schema_is_compiled_once_for_a_model()
    {
        var tokens = TestTokens.BytesAlone;
        var constraints = new ModelConstraints(tokens, tokens.Size);
        var parallel = Enumerable.Range(0, 8).AsParallel().Select(_ => constraints.For(ConstrainedText.Schema("""{"enum":["aaa"]}"""))!.LeastTokens).Distinct();
        Assert.Equal([5], parallel);
    }
}
