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

    [Fact]
    public void Says_how_tokens_are_chosen_and_what_the_answer_must_be()
    {
        var sampling = PlainRequests.Read(
            """
            {"model":"m","prompt":"hi","top_k":5,"min_p":0.1,"repetition_penalty":1.1,"frequency_penalty":0.2,"presence_penalty":0.3,"logit_bias":{"7":-100},
             "stop_token_ids":[2],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}}}
            """u8,
            Guid.NewGuid(), "default").Sampling;

        Assert.Equal((5, 0.1, 1.1, 0.2, 0.3), (sampling.TopK, sampling.MinP, sampling.RepetitionPenalty, sampling.FrequencyPenalty, sampling.PresencePenalty));
        Assert.Equal((-100, 2, "json_schema", """{"type":"object"}"""), (sampling.LogitBias[7], sampling.StopTokens.Single(), sampling.Format.Type, sampling.Format.Schema));
    }

    [Theory]
    [InlineData("""{"model":"m","prompt":"hi","top_k":-1}""", "top_k")]
    [InlineData("""{"model":"m","prompt":"hi","min_p":2}""", "min_p")]
    [InlineData("""{"model":"m","prompt":"hi","repetition_penalty":0}""", "repetition_penalty")]
    [InlineData("""{"model":"m","prompt":"hi","frequency_penalty":3}""", "frequency_penalty")]
    [InlineData("""{"model":"m","prompt":"hi","presence_penalty":-3}""", "presence_penalty")]
    [InlineData("""{"model":"m","prompt":"hi","logit_bias":{"1":200}}""", "logit_bias")]
    [InlineData("""{"model":"m","prompt":"hi","stop_token_ids":[-1]}""", "stop_token_ids")]
    [InlineData("""{"model":"m","prompt":"hi","response_format":{"type":"xml"}}""", "response_format")]
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
