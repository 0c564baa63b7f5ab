using System.Text.Json;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Tests.Batches;

public sealed class A_batch_of_other_routes : BatchTest
{
    private const string Embeddings = "/v1/embeddings";
    private const string Moderation = "/v1/moderations";
    private const string Responses = "/v1/responses";

    [Fact]
    public async Task Embeds_every_line_in_the_form_the_route_has()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Embed = command => command.Inputs[0].Text == "too long"
            ? new EmbeddingFailed { RequestId = command.RequestId, Problem = new Problem { Code = "context_length_exceeded", Message = "Too long." } }
            : Vectors(command));
        var requests = string.Join('\n',
            Line("floats", Embeddings, """{"model":"small-one","input":["dog","snake"]}"""),
            Line("base64", Embeddings, """{"model":"small-one","input":"dog","encoding_format":"base64"}"""),
            Line("long", Embeddings, """{"model":"small-one","input":"too long"}"""),
            Line("nothing", Embeddings, """{"model":"small-one"}"""));

        var done = await Reaches(host.Client, Id(await Start(host.Client, requests, endpoint: Embeddings)), "completed");

        Assert.Equal((4, 2, 2), Counts(done));
        Assert.Equal(6, done.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        var answers = (await Lines(host.Client, done, "output_file_id")).ToDictionary(CustomId, line => line.GetProperty("response").GetProperty("body"));
        Assert.Equal([3f, 5f], answers["floats"].GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("embedding")[0].GetSingle()));
        Assert.Equal(3f, BitConverter.ToSingle(answers["base64"].GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64()));
        var errors = (await Lines(host.Client, done, "error_file_id")).ToDictionary(CustomId, line => line.GetProperty("response"));
        Assert.All(["long", "nothing"], id => Assert.Equal((400, "input"), (
            errors[id].GetProperty("status_code").GetInt32(), errors[id].GetProperty("body").GetProperty("error").GetProperty("param").GetString())));
    }

    [Fact]
    public async Task Moderates_every_line_in_the_form_the_route_has()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n =>
        {
            n.Models = [Moderations.Moderations_route.Classifier];
            n.Classify = Neighbours.Labelled;
        });
        var requests = string.Join('\n',
            Line("one", Moderation, """{"input":"violence"}"""),
            Line("two", Moderation, """{"model":"moderation","input":["harmless","harassment"]}"""),
            Line("nothing", Moderation, "{}"));

        var done = await Reaches(host.Client, Id(await Start(host.Client, requests, endpoint: Moderation)), "completed");

        Assert.Equal((3, 2, 1), Counts(done));
        Assert.Equal(2 + 2 + 3, done.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        var answers = (await Lines(host.Client, done, "output_file_id")).ToDictionary(CustomId, line => line.GetProperty("response").GetProperty("body").GetProperty("results"));
        Assert.Equal([true], answers["one"].EnumerateArray().Select(result => result.GetProperty("flagged").GetBoolean()));
        Assert.Equal([false, true], answers["two"].EnumerateArray().Select(result => result.GetProperty("flagged").GetBoolean()));
    }

    [Fact]
    public async Task Answers_with_responses_that_are_stored()
    {
        var asked = new TaskCompletionSource<GenerateText>();
        await using var host = await ApplicationHost.Start(DataRoot, n => n.AnswerBatch = command =>
        {
            asked.TrySetResult(command);
            return Task.FromResult<object?>(Neighbours.Final(command, "fine"));
        });

        var done = await Reaches(host.Client, Id(await Start(host.Client, Line("a", Responses, """{"model":"small-one","input":"Hi","instructions":"Be brief."}"""), endpoint: Responses)), "completed");

        var body = Assert.Single(await Lines(host.Client, done, "output_file_id")).GetProperty("response").GetProperty("body");
        Assert.Equal(("response", "completed", "fine"), (
            body.GetProperty("object").GetString(), body.GetProperty("status").GetString(), body.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()));
        Assert.Equal((5, 3), (done.GetProperty("usage").GetProperty("input_tokens").GetInt32(), done.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
        var command = await asked.Task;
        Assert.Equal((GenerationPriority.Batch, "Be brief.", "Hi"), (command.Priority, command.Messages[0].Content, command.Messages[1].Content));
        Assert.Equal(body.GetRawText(), (await Json(await host.Client.GetAsync($"/v1/responses/{Id(body)}", Ct))).GetRawText());
    }

    [Theory]
    [InlineData("stream", """{"model":"small-one","input":"Hi","stream":true}""")]
    [InlineData("background", """{"model":"small-one","input":"Hi","background":true}""")]
    [InlineData("truncation", """{"model":"small-one","input":"Hi","truncation":"auto"}""")]
    [InlineData("previous_response_id", """{"model":"small-one","input":"Hi","previous_response_id":"resp_none"}""")]
    [InlineData("input", """{"model":"small-one"}""")]
    public async Task Refuses_a_response_by_the_field_that_is_wrong(string field, string body)
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var done = await Reaches(host.Client, Id(await Start(host.Client, Line("a", Responses, body), endpoint: Responses)), "completed");

        var error = Assert.Single(await Lines(host.Client, done, "error_file_id")).GetProperty("response").GetProperty("body").GetProperty("error");
        Assert.Equal(field, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData(Embeddings, """{"model":"small-one","input":"dog"}""")]
    [InlineData(Responses, """{"model":"small-one","input":"dog"}""")]
    public async Task Is_not_run_on_an_empty_budget(string route, string body)
    {
        var asked = 0;
        await using var host = await ApplicationHost.Start(DataRoot, n =>
        {
            n.Hold = question => new FundsHeld { Held = question.Held, Budget = 1, Left = 0, Currency = "EUR" };
            n.Prices = new PriceList { Currency = "EUR", Prices = [new Price { Model = "*", From = DateTimeOffset.UnixEpoch, Rates = new Dictionary<string, long> { [Meters.InputTokens] = 1_000_000 } }] };
            n.Embed = command => { asked++; return Vectors(command); };
            n.AnswerBatch = command => { asked++; return Task.FromResult<object?>(Neighbours.Final(command, "fine")); };
        });

        var done = await Reaches(host.Client, Id(await Start(host.Client, Line("a", route, body), endpoint: route)), "completed");

        var response = Assert.Single(await Lines(host.Client, done, "error_file_id")).GetProperty("response");
        Assert.Equal((429, Quota.Code, 0), (response.GetProperty("status_code").GetInt32(), response.GetProperty("body").GetProperty("error").GetProperty("code").GetString(), asked));
        Assert.Equal(0, host.Get<Budgets>().Open);
    }

    private static string Line(string id, string url, string body) => $$"""{"custom_id":"{{id}}","method":"POST","url":"{{url}}","body":{{body}}}""";

    private static TextEmbedded Vectors(EmbedText command) => new()
    {
        RequestId = command.RequestId,
        Vectors = [.. command.Inputs.Select(input => new[] { input.Text!.Length, 0.5f })],
        TokenCounts = [.. command.Inputs.Select(_ => 2)],
        ModelDigest = command.Model.Folder.Digest,
    };
}
