using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Tests.Embeddings;

public sealed class Embeddings_route : ServiceTest
{
    private static readonly PriceList Prices = new()
    {
        Currency = "EUR",
        Prices = [new Price { Model = "*", From = DateTimeOffset.UnixEpoch, Rates = new Dictionary<string, long> { [Meters.InputTokens] = 1_000_000 } }],
    };

    [Theory]
    [InlineData("\"dog\"", "dog")]
    [InlineData("[\"dog\",\"cat\"]", "dog|cat")]
    [InlineData("[7,8]", "7,8")]
    [InlineData("[[7,8],[9]]", "7,8|9")]
    public async Task Takes_texts_and_tokens(string input, string asked)
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Embed = Lengths);

        var answer = await Json(await Post(host, $$"""{"model":"small-one","input":{{input}},"user":"u"}"""));

        Assert.Equal("list", answer.GetProperty("object").GetString());
        var expected = asked.Split('|');
        Assert.Equal(expected.Select(text => text.Length), answer.GetProperty("data").EnumerateArray().Select(entry => (int)entry.GetProperty("embedding")[0].GetSingle()));
        Assert.Equal(Enumerable.Range(0, expected.Length), answer.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("index").GetInt32()));
        Assert.Equal(expected.Length * 2, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Gives_base64_of_little_endian_floats()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Embed = Lengths);

        var answer = await Json(await Post(host, """{"model":"small-one","input":"dog","encoding_format":"base64"}"""));

        var bytes = answer.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal([3f, 0.5f], [BinaryPrimitives.ReadSingleLittleEndian(bytes), BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4))]);
    }

    [Fact]
    public async Task Cuts_a_large_request_into_commands_and_keeps_the_order()
    {
        var commands = 0;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Embed = command =>
        {
            Interlocked.Increment(ref commands);
            Assert.InRange(command.Inputs.Count, 1, EmbedText.MostInputs);
            return Lengths(command);
        });
        var inputs = Enumerable.Range(0, 600).Select(i => new string('x', 1 + i)).ToArray();

        var answer = await Json(await host.Client.PostAsJsonAsync("/v1/embeddings", new { model = "small-one", input = inputs }));

        Assert.Equal(3, commands);
        Assert.Equal(inputs.Select(text => text.Length), answer.GetProperty("data").EnumerateArray().Select(entry => (int)entry.GetProperty("embedding")[0].GetSingle()));
    }

    [Theory]
    [InlineData("""{"model":"small-one"}""", "input")]
    [InlineData("""{"model":"small-one","input":[]}""", "input")]
    [InlineData("""{"model":"small-one","input":""}""", "input")]
    [InlineData("""{"model":"small-one","input":["a",""]}""", "input[1]")]
    [InlineData("""{"model":"small-one","input":[1,"a"]}""", "input")]
    [InlineData("""{"model":"small-one","input":[[1],[-1]]}""", "input[1]")]
    [InlineData("""{"model":"small-one","input":"a","encoding_format":"int8"}""", "encoding_format")]
    [InlineData("""{"model":"small-one","input":"a","dimensions":0}""", "dimensions")]
    [InlineData("""{"model":"small-one","input":"a","surprise":1}""", "surprise")]
    public async Task Refuses_bad_input_by_name(string body, string param)
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Embed = Lengths);

        var response = await Post(host, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, (await Json(response)).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task Names_the_input_the_worker_refused_as_the_client_counts_it()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Embed = command => command.Inputs.Count == 1
            ? new EmbeddingFailed { RequestId = command.RequestId, Problem = new() { Code = "context_length_exceeded", Message = "Input 0 has 99 tokens and this model reads 64.", Param = "inputs[0]" } }
            : Lengths(command));

        var many = await Json(await host.Client.PostAsJsonAsync("/v1/embeddings", new { model = "small-one", input = Enumerable.Repeat("x", EmbedText.MostInputs + 1) }));
        var one = await Json(await host.Client.PostAsJsonAsync("/v1/embeddings", new { model = "small-one", input = "x" }));

        var error = many.GetProperty("error");
        Assert.Equal(($"input[{EmbedText.MostInputs}]", $"Input {EmbedText.MostInputs} has 99 tokens and this model reads 64."), (error.GetProperty("param").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal("input", one.GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task Says_503_when_a_worker_cannot_now_and_404_for_an_unknown_model()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Embed = command =>
            new EmbeddingFailed { RequestId = command.RequestId, Problem = new Problem { Code = "overloaded", Message = "Later.", Transient = true } });

        var busy = await Post(host, """{"model":"small-one","input":"a"}""");
        var unknown = await Post(host, """{"model":"none","input":"a"}""");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (busy.StatusCode, busy.Headers.RetryAfter?.ToString()));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Sets_money_aside_for_every_command_and_gives_the_rest_back()
    {
        var jobs = new System.Collections.Concurrent.ConcurrentBag<Contracts.Jobs.JobLink>();
        await using var host = await ApplicationHost.Start(DataRoot, n =>
        {
            n.Prices = Prices;
            n.Hold = asked => new FundsHeld { Held = asked.Held + Math.Max(asked.Need, 0), Budget = 1_000_000, Left = 1_000_000, Currency = "EUR" };
            n.Embed = command =>
            {
                jobs.Add(command.Job);
                return Lengths(command);
            };
        });
        host.Client.DefaultRequestHeaders.Add("x-aigc-key", "key_1");

        var answer = await host.Client.PostAsJsonAsync("/v1/embeddings", new { model = "small-one", input = Enumerable.Repeat("x", EmbedText.MostInputs + 1) });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, jobs.Count);
        Assert.All(jobs, job => Assert.True(job is { Key: "key_1", Charge.Most: > 2 }));
        foreach (var account in AccountRef.Of(jobs.First()))
        {
            // Two tokens an input, as the worker counted them.
            Assert.Equal((2 * (EmbedText.MostInputs + 1), 0), (host.Get<Purses>().Of(account).Figures.Used, host.Get<Purses>().Of(account).Figures.Open));
        }

        Assert.Equal(0, host.Get<Budgets>().Open);
    }

    [Fact]
    public async Task Refused_by_the_budget_or_by_the_worker_costs_nothing()
    {
        var asked = 0;
        await using var host = await ApplicationHost.Start(DataRoot, n =>
        {
            n.Prices = Prices;
            // Enough for a small command, not for the second of a large request.
            n.Hold = question => question.Need is > 0 and < 2_000
                ? new FundsHeld { Held = question.Held + question.Need, Budget = 2_000, Left = 0, Currency = "EUR" }
                : new FundsHeld { Held = question.Held, Budget = 2_000, Left = 0, Currency = "EUR" };
            n.Embed = command =>
            {
                Interlocked.Increment(ref asked);
                return new EmbeddingFailed { RequestId = command.RequestId, Problem = new Problem { Code = "invalid_request", Message = "No." } };
            };
        });

        var refused = await host.Client.PostAsJsonAsync("/v1/embeddings", new { model = "small-one", input = Enumerable.Repeat(new string('x', 100), EmbedText.MostInputs + 1) });
        var askedThen = asked;
        var failed = await Post(host, """{"model":"small-one","input":"a"}""");

        Assert.Equal((HttpStatusCode.TooManyRequests, "insufficient_quota"), (refused.StatusCode, (await Json(refused)).GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal((0, 1), (askedThen, asked));
        Assert.Equal(HttpStatusCode.BadRequest, failed.StatusCode);
        Assert.Equal(0, host.Get<Budgets>().Open);
    }

    private static TextEmbedded Lengths(EmbedText command) => new()
    {
        RequestId = command.RequestId,
        Vectors = [.. command.Inputs.Select(input => new[] { input.Text?.Length ?? string.Join(',', input.Tokens).Length, 0.5f })],
        TokenCounts = [.. command.Inputs.Select(_ => 2)],
        ModelDigest = command.Model.Folder.Digest,
    };

    private static Task<HttpResponseMessage> Post(ApplicationHost host, string body) =>
        host.Client.PostAsync("/v1/embeddings", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
}
