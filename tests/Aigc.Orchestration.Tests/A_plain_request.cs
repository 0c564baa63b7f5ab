using System.Text;
using Aigc.Orchestration.PlainClients;
using Aigc.ServiceDefaults;

namespace Aigc.Orchestration.Tests;

public sealed class A_plain_request
{
    [Fact]
    public void Is_read_with_openai_s_names()
    {
        var id = Guid.NewGuid();

        var request = PlainRequests.Read("""{"model":"m","prompt":"hi","max_tokens":5,"temperature":0,"seed":3}"""u8, id, "default");

        Assert.Equal((id, "m", "hi", 5, 3L), (request.GenerationId, request.Model, request.Prompt, request.Sampling.MaxTokens, request.Sampling.Seed));
    }

    [Theory]
    [InlineData("not json", null)]
    [InlineData("null", null)]
    [InlineData("""{"prompt":"hi"}""", "model")]
    [InlineData("""{"model":"m"}""", "prompt")]
    [InlineData("""{"model":"m","prompt":"hi","messages":[{"role":"user","content":"x"}]}""", "prompt")]
    [InlineData("""{"model":"m","prompt":"hi","max_tokens":0}""", "max_tokens")]
    [InlineData("""{"model":"m","prompt":"hi","temperature":3}""", "temperature")]
    [InlineData("""{"model":"m","prompt":"hi","surprise":1}""", null)]
    public void Is_refused_with_the_field_at_fault(string body, string? param)
    {
        var refused = Assert.Throws<ProblemException>(() => PlainRequests.Read(Encoding.UTF8.GetBytes(body), Guid.NewGuid(), "default"));

        Assert.Equal(("invalid_request", param), (refused.Problem.Code, refused.Problem.Param));
    }

    [Fact]
    public void Delivered_twice_is_one_generation()
    {
        var first = PlainRequests.IdOf("id-1", "reply", null, "{}"u8);

        Assert.Equal(first, PlainRequests.IdOf("id-1", "reply", null, "{}"u8));
        Assert.NotEqual(first, PlainRequests.IdOf("id-2", "reply", null, "{}"u8));
    }
}
