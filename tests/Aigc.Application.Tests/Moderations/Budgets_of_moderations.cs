using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Tests.Moderations;

public sealed class Budgets_of_moderations : ServiceTest
{
    private const int Texts = ClassifyText.MostInputs + 1;

    [Theory]
    // "violence" is eight bytes: two tokens. A millionth of the price a token, or the price itself a text.
    [InlineData(Meters.InputTokens, 1_000_000, 2 * Texts)]
    [InlineData(Meters.ClassifiedTexts, 50, 50 * Texts)]
    public async Task Are_set_aside_and_settled_by_the_token_or_by_the_text(string meter, long rate, long cost)
    {
        var jobs = new ConcurrentBag<JobLink>();
        await using var host = await Moderations_route.Start(DataRoot, n =>
        {
            n.Prices = Prices(meter, rate);
            n.Hold = asked => new FundsHeld { Held = asked.Held + Math.Max(asked.Need, 0), Budget = 1_000_000, Left = 1_000_000, Currency = "EUR" };
            n.Classify = command =>
            {
                jobs.Add(command.Job);
                return Neighbours.Labelled(command);
            };
        });
        host.Client.DefaultRequestHeaders.Add("x-aigc-key", "key_1");

        var answer = await host.Client.PostAsJsonAsync("/v1/moderations", new { input = Enumerable.Repeat("violence", Texts) });

        Assert.Equal((HttpStatusCode.OK, 2), (answer.StatusCode, jobs.Count));
        Assert.All(jobs, job => Assert.Equal((1, rate), (job.Charge!.Rates.Count, job.Charge.Rates[meter])));
        foreach (var account in AccountRef.Of(jobs.First()))
        {
            var figures = host.Get<Purses>().Of(account).Figures;
            Assert.Equal((cost, 0), (figures.Used, figures.Open));
        }

        Assert.Equal(0, host.Get<Budgets>().Open);
    }

    [Fact]
    public async Task Refused_by_the_budget_or_by_the_worker_cost_nothing()
    {
        var asked = 0;
        await using var host = await Moderations_route.Start(DataRoot, n =>
        {
            n.Prices = Prices(Meters.InputTokens, 1_000_000);
            // Enough for a small command, not for the second of a large request.
            n.Hold = question => new FundsHeld { Held = question.Held + (question.Need is > 0 and < 2_000 ? question.Need : 0), Budget = 2_000, Left = 0, Currency = "EUR" };
            n.Classify = command =>
            {
                Interlocked.Increment(ref asked);
                return new ClassificationFailed { RequestId = command.RequestId, Problem = new Problem { Code = "invalid_request", Message = "No." } };
            };
        });

        var refused = await host.Client.PostAsJsonAsync("/v1/moderations", new { input = Enumerable.Repeat(new string('x', 100), Texts) });
        var askedThen = asked;
        var failed = await host.Client.PostAsJsonAsync("/v1/moderations", new { input = "a" });

        Assert.Equal((HttpStatusCode.TooManyRequests, Quota.Code), (refused.StatusCode, (await Json(refused)).GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal((0, 1, HttpStatusCode.BadRequest), (askedThen, asked, failed.StatusCode));
        Assert.Equal(0, host.Get<Budgets>().Open);
    }

    private static PriceList Prices(string meter, long rate) => new()
    {
        Currency = "EUR",
        Prices = [new Price { Model = "*", From = DateTimeOffset.UnixEpoch, Rates = new Dictionary<string, long> { [meter] = rate } }],
    };
}
