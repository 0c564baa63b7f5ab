using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Tests.Moderations;

public sealed class Moderations_route : ServiceTest
{
    private static readonly string[] Categories =
    [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions",
        "sexual", "sexual/minors", "violence", "violence/graphic",
    ];

    internal static RegisteredModel Classifier => new() { Model = Neighbours.Classifier, At = DateTimeOffset.UnixEpoch };

    [Theory]
    [InlineData("\"violence\"", "violence")]
    [InlineData("[\"harmless\"]", "")]
    [InlineData("[\"harassment\",\"harmless\",\"violence\"]", "harassment||violence")]
    [InlineData("[{\"type\":\"text\",\"text\":\"harassment\"},{\"type\":\"text\",\"text\":\"violence\"}]", "harassment,violence")]
    public async Task Takes_a_text_or_texts_or_parts_that_are_one_thing(string input, string flagged)
    {
        await using var host = await Start();

        var answer = await Json(await Post(host, $$"""{"input":{{input}}}"""));

        Assert.StartsWith("modr-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("moderation", answer.GetProperty("model").GetString());
        var results = answer.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(flagged.Split('|'), results.Select(Flagged));
        Assert.All(results, result => Assert.Equal(Flagged(result).Length > 0, result.GetProperty("flagged").GetBoolean()));
    }

    [Fact]
    public async Task Tells_every_category_and_that_those_the_model_does_not_know_were_not_looked_at()
    {
        await using var host = await Start();

        var result = (await Json(await Post(host, """{"input":"violence"}"""))).GetProperty("results")[0];

        Assert.All(["categories", "category_scores", "category_applied_input_types"], field => Assert.Equal(Categories, result.GetProperty(field).EnumerateObject().Select(category => category.Name)));
        var scores = result.GetProperty("category_scores");
        Assert.Equal((0.25, 0.75, 0), (scores.GetProperty("harassment").GetDouble(), scores.GetProperty("violence").GetDouble(), scores.GetProperty("hate").GetDouble()));
        var types = result.GetProperty("category_applied_input_types");
        Assert.Equal("""["text"]|["text"]|[]""", $"{types.GetProperty("harassment")}|{types.GetProperty("violence")}|{types.GetProperty("hate")}");
    }

    [Fact]
    public async Task Asks_the_newest_model_that_knows_a_category_and_none_of_other_labels()
    {
        ClassifyText? asked = null;
        await using var host = await Start(n =>
        {
            n.Models =
            [
                Classifier with { Model = Neighbours.Classifier with { Name = "older" } },
                Classifier with { At = DateTimeOffset.UnixEpoch.AddDays(1) },
                Classifier with { At = DateTimeOffset.UnixEpoch.AddDays(2), Model = Neighbours.Classifier with { Name = "post", Labels = ["spam"] } },
                new() { Model = Neighbours.Model, At = DateTimeOffset.UnixEpoch.AddDays(3) },
            ];
            n.Classify = command => Neighbours.Labelled(asked = command);
        });

        var newest = (await Json(await Post(host, """{"input":"violence"}"""))).GetProperty("model").GetString();
        var own = await Json(await Post(host, """{"input":"spam","model":"post"}"""));

        Assert.Equal(("moderation", "post"), (newest, own.GetProperty("model").GetString()));
        Assert.Equal("post", asked!.Model.Name);
        // OpenAI's categories are there for its clients, and the model's own beside them.
        Assert.Equal([.. Categories, "spam"], own.GetProperty("results")[0].GetProperty("categories").EnumerateObject().Select(category => category.Name));
        Assert.True(own.GetProperty("results")[0].GetProperty("flagged").GetBoolean());
    }

    [Fact]
    public async Task Cuts_a_large_request_into_commands_and_keeps_the_order()
    {
        var commands = 0;
        await using var host = await Start(n => n.Classify = command =>
        {
            Interlocked.Increment(ref commands);
            Assert.InRange(command.Inputs.Count, 1, ClassifyText.MostInputs);
            return Neighbours.Labelled(command);
        });

        var answer = await Json(await host.Client.PostAsJsonAsync("/v1/moderations", new { input = Enumerable.Range(0, 600).Select(i => i % 7 == 0 ? "violence" : "calm") }));

        Assert.Equal(3, commands);
        Assert.Equal(Enumerable.Range(0, 600).Select(i => i % 7 == 0), answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("flagged").GetBoolean()));
    }

    [Theory]
    [InlineData("""{}""", "input", "missing_required_parameter")]
    [InlineData("""{"input":[]}""", "input", "invalid_value")]
    [InlineData("""{"input":""}""", "input", "invalid_value")]
    [InlineData("""{"input":7}""", "input", "invalid_type")]
    [InlineData("""{"input":["a",""]}""", "input[1]", "invalid_value")]
    [InlineData("""{"input":["a",{"type":"text","text":"b"}]}""", "input[1]", "invalid_type")]
    [InlineData("""{"input":[{"type":"text","text":"b"},"a"]}""", "input[1]", "invalid_type")]
    [InlineData("""{"input":[{"type":"text"}]}""", "input[0].text", "invalid_type")]
    [InlineData("""{"input":[{"type":"sound"}]}""", "input[0].type", "invalid_value")]
    [InlineData("""{"input":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]}""", "input[1]", "unsupported_parameter")]
    [InlineData("""{"input":"a","surprise":1}""", "surprise", "unknown_parameter")]
    [InlineData("""{"input":"a","model":7}""", "model", "invalid_type")]
    [InlineData("""{"input":"a","model":"small-one"}""", "model", "invalid_value")]
    public async Task Refuses_bad_input_by_name(string body, string param, string code)
    {
        await using var host = await Start();

        var response = await Post(host, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await Json(response)).GetProperty("error");
        Assert.Equal((param, code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Refuses_texts_that_are_too_long_alone_or_together_with_figures()
    {
        await using var host = await Start();

        var alone = await host.Client.PostAsJsonAsync("/v1/moderations", new { input = new[] { "a", new string('x', ClassifyText.LongestInput + 1) } });
        var together = await host.Client.PostAsJsonAsync("/v1/moderations", new { input = Enumerable.Repeat(new string('x', ClassifyText.LongestInput), 40) });

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (alone.StatusCode, together.StatusCode));
        Assert.Contains("input[1] has 32769 characters and must have 1 to 32768", (await Json(alone)).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("1310720 characters together and at most 1200000", (await Json(together)).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"input":"a"}""")]
    [InlineData("""{"input":"a","model":"omni-moderation-latest"}""")]
    public async Task Without_a_model_says_what_makes_one(string body)
    {
        await using var host = await Start(n => n.Models = [new() { Model = Neighbours.Model, At = DateTimeOffset.UnixEpoch }]);

        var response = await Post(host, body);

        var error = (await Json(response)).GetProperty("error");
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found", "model"), (response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Contains("dotnet run --project services/Standalone -- run examples/moderation.yaml", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Knows_no_model_of_another_tenant()
    {
        await using var host = await Start(n => n.ModelsOf = tenant => tenant == ApplicationHost.Tenant ? n.Models : []);
        using var other = host.ClientOf("other");

        var own = await Post(host, """{"input":"a","model":"moderation"}""");
        var named = await other.PostAsJsonAsync("/v1/moderations", new { input = "a", model = "moderation" });
        var any = await other.PostAsJsonAsync("/v1/moderations", new { input = "a" });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.NotFound), (own.StatusCode, named.StatusCode, any.StatusCode));
    }

    [Fact]
    public async Task Names_the_text_the_worker_refused_as_the_client_counts_it_and_says_503_when_it_cannot_now()
    {
        await using var host = await Start(n => n.Classify = command => command.Inputs[0] switch
        {
            "later" => new ClassificationFailed { RequestId = command.RequestId, Problem = new Problem { Code = "engine_overloaded", Message = "Later.", Transient = true } },
            _ when command.Inputs.Count == 1 => new ClassificationFailed { RequestId = command.RequestId, Problem = new Problem { Code = "invalid_request", Message = "Input 0 is odd.", Param = "inputs[0]" } },
            _ => Neighbours.Labelled(command),
        });

        var many = (await Json(await host.Client.PostAsJsonAsync("/v1/moderations", new { input = Enumerable.Repeat("x", ClassifyText.MostInputs + 1) }))).GetProperty("error");
        var busy = await Post(host, """{"input":"later"}""");

        Assert.Equal(($"input[{ClassifyText.MostInputs}]", $"Input {ClassifyText.MostInputs} is odd."), (many.GetProperty("param").GetString(), many.GetProperty("message").GetString()));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (busy.StatusCode, busy.Headers.RetryAfter?.ToString()));
    }

    internal static Task<ApplicationHost> Start(string dataRoot, Action<Neighbours>? script = null) => ApplicationHost.Start(dataRoot, n =>
    {
        n.Models = [Classifier, .. n.Models];
        n.Classify = Neighbours.Labelled;
        script?.Invoke(n);
    });

    private Task<ApplicationHost> Start(Action<Neighbours>? script = null) => Start(DataRoot, script);

    private static string Flagged(JsonElement result) =>
        string.Join(',', result.GetProperty("categories").EnumerateObject().Where(category => category.Value.GetBoolean()).Select(category => category.Name));

    private static Task<HttpResponseMessage> Post(ApplicationHost host, string body) =>
        host.Client.PostAsync("/v1/moderations", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
}
