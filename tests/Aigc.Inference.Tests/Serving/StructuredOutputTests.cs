using System.Text.Json;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using NJsonSchema;

namespace Aigc.Inference.Tests.Serving;

/// <summary>A real model, however random, answers in the format that was asked for.</summary>
public sealed class StructuredOutputTests
{
    private const string Person =
        """{"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":150},"tags":{"type":"array","items":{"enum":["a","b"]}}},"required":["name","age","tags"],"additionalProperties":false}""";

    private static readonly AnswerFormat PersonFormat = new() { Type = "json_schema", Schema = Person };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_at_every_temperature_is_valid()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");
        using var lease = await worker.Host.Acquire(model, Ct);
        var judge = await JsonSchema.FromJsonAsync(Person, Ct);
        foreach (var temperature in (double[])[0, 0.7, 1.5])
        {
            foreach (var most in (int[])[40, 48, 90])
            {
                var runs = Start(lease, model, new() { Format = PersonFormat, Temperature = temperature, Seed = 5, Answers = 4, MaxTokens = most, TopLogProbabilities = 2 });
                foreach (var result in await Task.WhenAll(runs.Select(run => run.Completion)))
                {
                    Assert.Equal("stop", result.FinishReason);
                    Assert.Empty(judge.Validate(result.Text));
                    using var parsed = JsonDocument.Parse(result.Text);
                }
            }
        }
    }

    [Fact]
    public async Task Json_mode_answers_with_an_object_beside_a_request_for_text()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");
        using var lease = await worker.Host.Acquire(model, Ct);
        var plain = new SamplingSpec { Seed = 3, MaxTokens = 30, Temperature = 1 };
        var alone = await Start(lease, model, plain)[0].Completion;
        var json = Start(lease, model, plain with { Format = new() { Type = "json_object" }, RepetitionPenalty = 1.2 });
        var beside = Start(lease, model, plain);
        using var parsed = JsonDocument.Parse((await json[0].Completion).Text);
        Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
        Assert.Equal(alone.Text, (await beside[0].Completion).Text);
    }

    [Theory]
    [InlineData("""{"type":"integer"}""")]
    [InlineData("""{"enum":[true,"maybe",null]}""")]
    public async Task A_value_that_only_the_models_end_ends_is_ended(string schema)
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");
        using var lease = await worker.Host.Acquire(model, Ct);
        foreach (var most in (int[])[8, 30])
        {
            var result = await Start(lease, model, new() { Format = new() { Type = "json_schema", Schema = schema }, Seed = 1, MaxTokens = most, Temperature = 1 })[0].Completion;
            Assert.Equal("stop", result.FinishReason);
            using var parsed = JsonDocument.Parse(result.Text);
        }
    }

    [Fact]
    public async Task Too_few_tokens_for_any_answer_are_refused_by_name_and_with_the_number_that_is_enough()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");
        using var lease = await worker.Host.Acquire(model, Ct);
        var least = """{"name":"","age":0,"tags":[]}""".Length;
        var problem = Assert.Throws<GenerationFailedException>(() => Start(lease, model, new() { Format = PersonFormat, MaxTokens = least - 1 })).Problem;
        Assert.Equal(("invalid_request", "max_tokens"), (problem.Code, problem.Param));
        Assert.Contains($" {least} ", problem.Message, StringComparison.Ordinal);
        var answer = await Start(lease, model, new() { Format = PersonFormat, MaxTokens = least, Temperature = 1, Seed = 9 })[0].Completion;
        using var parsed = JsonDocument.Parse(answer.Text);
    }

    [Fact]
    public async Task A_prompt_that_leaves_too_little_room_is_refused()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");
        using var lease = await worker.Host.Acquire(model, Ct);
        var long100 = """{"type":"string","minLength":100000}""";
        var problem = Assert.Throws<GenerationFailedException>(() => Start(lease, model, new() { Format = new() { Type = "json_schema", Schema = long100 }, MaxTokens = 200_000 })).Problem;
        Assert.Equal(("invalid_request", "messages"), (problem.Code, problem.Param));
    }

    [Fact]
    public async Task A_schema_that_cannot_be_kept_is_refused_by_its_place()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");
        using var lease = await worker.Host.Acquire(model, Ct);
        var problem = Assert.Throws<GenerationFailedException>(() => Start(lease, model, new() { Format = new() { Type = "json_schema", Schema = """{"items":{"not":{}}}""" } })).Problem;
        Assert.Equal(("invalid_request", "response_format"), (problem.Code, problem.Param));
        Assert.Contains("/items/not", problem.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<ITextRun> Start(ModelLease lease, ModelRef model, SamplingSpec sampling)
    {
        var command = new GenerateText
        {
            GenerationId = Guid.NewGuid(),
            Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
            Model = model,
            Prompt = "The",
            Sampling = sampling,
        };
        return Assert.IsType<EngineModel>(lease.Model).Start(command, TimeProvider.System.GetTimestamp());
    }
}
