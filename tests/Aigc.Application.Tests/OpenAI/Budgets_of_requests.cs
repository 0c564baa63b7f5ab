using System.Net;
using System.Net.Http.Json;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Tests.OpenAI;

public sealed class Budgets_of_requests : ServiceTest
{
    private static readonly PriceList Prices = new()
    {
        Currency = "EUR",
        Prices = [new Price { Model = "*", From = DateTimeOffset.UnixEpoch, Rates = new Dictionary<string, long> { [Meters.InputTokens] = 1_000_000, [Meters.OutputTokens] = 2_000_000 } }],
    };

    [Fact]
    public async Task Work_carries_who_pays_and_what_was_set_aside_and_gives_the_rest_back()
    {
        var charges = new System.Collections.Concurrent.ConcurrentQueue<Contracts.Jobs.JobLink>();
        await using var host = await ApplicationHost.Start(DataRoot, neighbours =>
        {
            neighbours.Prices = Prices;
            neighbours.Hold = asked => Granted(asked, budget: 1_000_000);
            neighbours.Generate = async (command, to) =>
            {
                charges.Enqueue(command.Job);
                await to.Send(Neighbours.Final(command, "Yes."));
            };
        });
        host.Client.DefaultRequestHeaders.Add("x-aigc-key", "key_1");
        host.Client.DefaultRequestHeaders.Add("x-aigc-user", "user_1");

        using var answer = await Ask(host);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var job = Assert.Single(charges);
        Assert.Equal(("key_1", "user_1"), (job.Key, job.User));
        // The whole context at the price of a prompt, and eight tokens of an answer.
        Assert.Equal((256 * 1) + (8 * 2) + 1, job.Charge!.Most);
        foreach (var account in AccountRef.Of(job))
        {
            var (held, used, open) = host.Get<Purses>().Of(account).Figures;
            Assert.Equal((5 + (3 * 2), 0), (used, open));
            Assert.True(held >= used);
        }

        Assert.Equal(0, host.Get<Budgets>().Open);
    }

    [Fact]
    public async Task A_budget_that_does_not_suffice_is_refused_as_OpenAI_refuses_it_and_nothing_is_asked_of_a_worker()
    {
        var asked = 0;
        await using var host = await ApplicationHost.Start(DataRoot, neighbours =>
        {
            neighbours.Prices = Prices;
            neighbours.Hold = question => Granted(question, budget: 100) with { PeriodEnds = DateTimeOffset.UnixEpoch.AddYears(200) };
            neighbours.Generate = (_, _) =>
            {
                Interlocked.Increment(ref asked);
                return Task.CompletedTask;
            };
        });

        using var refused = await Ask(host);
        var error = (await Json(refused)).GetProperty("error");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(("insufficient_quota", "insufficient_quota"), (error.GetProperty("code").GetString(), error.GetProperty("type").GetString()));
        Assert.Contains("0.0000001 EUR", error.GetProperty("message").GetString());
        Assert.Contains("The period ends at 2170-01-01T00:00:00Z", error.GetProperty("message").GetString());
        Assert.Equal("false", refused.Headers.GetValues("x-should-retry").Single());
        Assert.True(long.Parse(refused.Headers.GetValues("Retry-After").Single(), System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Tokens_of_the_minute_are_told_and_refused_when_they_are_gone()
    {
        await using var host = await ApplicationHost.Start(DataRoot, neighbours =>
        {
            neighbours.Hold = asked => new FundsHeld
            {
                TokensPerMinute = 500,
                Window = DateTimeOffset.UnixEpoch,
                WindowLeft = 30_000,
                TokensHeld = asked.TokensNeed > 0 && asked.TokensHeld == 0 ? 500 : asked.TokensHeld,
            };
            neighbours.Generate = (command, to) => to.Send(Neighbours.Final(command, "Yes.") with { PromptTokens = 250, CompletionTokens = 8 });
        });

        using var first = await Ask(host);
        using var second = await Ask(host);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("500", first.Headers.GetValues("x-ratelimit-limit-tokens").Single());
        Assert.Equal("236", first.Headers.GetValues("x-ratelimit-remaining-tokens").Single());
        Assert.EndsWith("s", first.Headers.GetValues("x-ratelimit-reset-tokens").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal("rate_limit_exceeded", (await Json(second)).GetProperty("error").GetProperty("code").GetString());
        Assert.InRange(int.Parse(second.Headers.GetValues("Retry-After").Single(), System.Globalization.CultureInfo.InvariantCulture), 1, 30);
    }

    [Fact]
    public async Task A_job_that_the_ledger_does_not_admit_is_not_accepted()
    {
        await using var host = await ApplicationHost.Start(DataRoot, neighbours => neighbours.Admit = asked => new JobAdmitted
        {
            Problem = new Problem { Code = "rate_limit_exceeded", Message = "Two jobs are running." },
            RetryAfterSeconds = 7,
        });

        using var refused = await host.Client.PostAsync("/api/chains", Yaml(SmallChain));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("7", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal(0, (await Json(await host.Client.GetAsync("/api/jobs"))).GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.012, "12ms")]
    [InlineData(7.5, "7.5s")]
    [InlineData(360, "6m0s")]
    public void Resets_are_told_as_durations(double seconds, string text) => Assert.Equal(text, RateHeaders.Duration(TimeSpan.FromSeconds(seconds)));

    private static FundsHeld Granted(HoldFunds asked, long budget)
    {
        var left = budget - asked.Held;
        var given = asked.Need > 0 && left >= asked.Need ? asked.Need : 0;
        return new FundsHeld { Held = asked.Held + given, Budget = budget, Left = left - given, Currency = "EUR" };
    }

    private static Task<HttpResponseMessage> Ask(ApplicationHost host) => host.Client.PostAsJsonAsync(
        "/v1/chat/completions", new { model = Neighbours.Model.Name, max_tokens = 8, messages = new[] { new { role = "user", content = "Is it?" } } });
}
