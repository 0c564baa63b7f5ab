using Aigc.Application.OpenAI;
using Aigc.Application.Responses;
using Aigc.Application.Spending;
using Aigc.Application.Studio;
using Aigc.Application.Studio.Talk;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Application.Tests.Studio;

public sealed class Talking_to_models : ServiceTest
{
    private static readonly SamplingSpec Sampling = new() { MaxTokens = 8, Temperature = 0 };

    private static readonly PriceList Prices = new()
    {
        Currency = "EUR",
        Prices = [new Price { Model = "*", From = DateTimeOffset.UnixEpoch, Rates = new Dictionary<string, long> { [Meters.InputTokens] = 1_000_000_000, [Meters.OutputTokens] = 4_000_000_000 } }],
    };

    [Fact]
    public async Task An_answer_says_what_it_took_and_what_it_cost()
    {
        await using var host = await Host(neighbours => neighbours.Prices = Prices);
        using var talk = Talk(host);

        await talk.Ask("What is a list?", chat: true, Sampling, () => { });

        Assert.Equal(["What is a list?", "answer 1"], talk.Turns.Select(turn => turn.Text));
        var figures = talk.Turns[1].Figures!;
        // 5 tokens at 1 and 3 at 4 a million.
        Assert.Equal((5, 3, 17_000, "EUR"), (figures.Prompt, figures.Completion, figures.Cost, figures.Currency));
        Assert.InRange(figures.First!.Value, 0, figures.Seconds);
        Assert.Contains("5 + 3 tokens · first after", figures.ToString(), StringComparison.Ordinal);
        Assert.Contains("· 0.000017 EUR · ended by stop", figures.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_without_a_price_cost_no_made_up_amount()
    {
        await using var host = await Host();
        using var talk = Talk(host);

        await talk.Ask("What is a list?", chat: true, Sampling, () => { });

        Assert.Null(talk.Turns[1].Figures!.Cost);
        Assert.Contains("no price set", talk.Turns[1].Figures!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_side_by_side_are_stopped_apart()
    {
        await using var host = await Host(neighbours => neighbours.Generate = (command, to) => to.Send(Neighbours.Piece(command, 0, "half")));
        using var first = Talk(host);
        using var second = Talk(host);
        var asked = first.Ask("Go on.", chat: true, Sampling, () => { });
        var beside = second.Ask("Go on.", chat: true, Sampling, () => { });
        await ApplicationHost.Until(() => Task.FromResult(first.Writing?.Text == "half" && second.Writing?.Text == "half" ? first : null));

        first.Stop();
        await asked;

        Assert.Equal(("half", "stopped"), (first.Turns[1].Text, first.Turns[1].Figures!.Ended));
        Assert.NotNull(second.Writing);
        second.Stop();
        await beside;
        Assert.NotEqual(first.LastId, second.LastId);
    }

    [Fact]
    public async Task A_repeated_answer_takes_the_place_of_the_one_before_and_goes_on_from_the_same()
    {
        var seen = new List<int>();
        await using var host = await Host(seen: seen);
        using var talk = Talk(host);
        await talk.Ask("One.", chat: true, Sampling, () => { });
        var before = talk.LastId;
        await talk.Ask("Two.", chat: true, Sampling, () => { });

        await talk.Repeat(chat: true, Sampling, () => { });

        Assert.Equal(["One.", "answer 1", "Two.", "answer 3"], talk.Turns.Select(turn => turn.Text));
        Assert.Equal([1, 3, 3], seen);
        Assert.Equal(before, talk.Turns[3].PreviousId);
        Assert.Equal(3, (await History(host).List(0, 10, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task A_refused_question_can_be_asked_again()
    {
        var refuse = true;
        await using var host = await Host(neighbours =>
        {
            var answer = neighbours.Generate;
            neighbours.Generate = (command, to) => refuse
                ? to.Send(new TextGenerationFailed { GenerationId = command.GenerationId, Problem = new() { Code = "context_length_exceeded", Message = "Too long." } })
                : answer(command, to);
        });
        using var talk = Talk(host);
        await talk.Ask("One.", chat: true, Sampling, () => { });
        Assert.Equal(("Too long.", 1, true), (talk.Fault, talk.Turns.Count, talk.CanRepeat));

        refuse = false;
        await talk.Repeat(chat: true, Sampling, () => { });

        Assert.Null(talk.Fault);
        Assert.Equal(["One.", "answer 1"], talk.Turns.Select(turn => turn.Text));
    }

    [Fact]
    public async Task An_account_that_may_not_ask_is_told_so()
    {
        await using var host = await Host();
        using var talk = Talk(host, scopes: ["look"]);

        await talk.Ask("One.", chat: true, Sampling, () => { });

        Assert.Contains("'generate'", talk.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_is_opened_again_by_its_address_with_what_it_took()
    {
        await using var host = await Host(neighbours => neighbours.Prices = Prices);
        using var talk = Talk(host);
        await talk.Ask("One.", chat: true, Sampling, () => { });
        await talk.Ask("Two.", chat: true, Sampling, () => { });

        var (turns, chat) = await History(host).Open(talk.LastId!, TestContext.Current.CancellationToken);

        Assert.True(chat);
        Assert.Equal(talk.Turns.Select(turn => (turn.Role, turn.Text)), turns.Select(turn => (turn.Role, turn.Text)));
        Assert.Equal((17_000L, 3), (turns[3].Figures!.Cost, turns[3].Figures!.Completion));
        Assert.Contains("\"One.\"", await host.Client.GetStringAsync($"/v1/responses/{turns[3].PreviousId}/input_items"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Earlier_prompts_are_paged_newest_first_and_are_of_one_person()
    {
        await using var host = await Host();
        using var talk = Talk(host);
        foreach (var text in new[] { "one", "two", "three" })
        {
            await talk.Ask(text, chat: false, Sampling, () => { });
        }

        var ct = TestContext.Current.CancellationToken;
        Assert.Equal(["three", "two", "one"], (await History(host).List(0, 2, ct)).Select(PromptHistory.Asked));
        Assert.Equal(["one"], (await History(host).List(2, 2, ct)).Select(PromptHistory.Asked));
        Assert.Empty(await History(host, "ben").List(0, 2, ct));
        Assert.Empty(await History(host, "ada", "other").List(0, 2, ct));
        await Assert.ThrowsAsync<ProblemException>(() => History(host, "ben").Open(talk.LastId!, ct));
        await Assert.ThrowsAsync<ProblemException>(() => History(host, "ada", "other").Open(talk.LastId!, ct));
        Assert.False((await History(host).Open(talk.LastId!, ct)).Chat);
    }

    private static StudioSession Session(string user, string tenant, IReadOnlyList<string> scopes) => new() { Caller = new RequestCaller { Tenant = tenant, User = user, Scopes = [.. scopes] } };

    private static PromptHistory History(ApplicationHost host, string user = "ada", string tenant = ApplicationHost.Tenant) =>
        new(host.Get<IDocumentStore<ResponseDocument>>(), host.Get<ResponseStore>(), Session(user, tenant, ["*"]), TimeProvider.System);

    internal static Conversation Talk(ApplicationHost host, params string[] scopes) =>
        new(host.Get<ModelDirectory>(), host.Get<TextAnswers>(), host.Get<ILedger>(), History(host), Session("ada", ApplicationHost.Tenant, scopes.Length > 0 ? scopes : ["*"]), TimeProvider.System)
        {
            Model = Neighbours.Model.Name,
        };

    // A worker whose answers are numbered.
    private Task<ApplicationHost> Host(Action<Neighbours>? script = null, List<int>? seen = null) => ApplicationHost.Start(DataRoot, neighbours =>
    {
        var count = 0;
        neighbours.Generate = async (command, to) =>
        {
            seen?.Add(command.Messages.Count);
            var text = $"answer {++count}";
            await to.Send(Neighbours.Piece(command, 0, text));
            await to.Send(Neighbours.Final(command, text));
        };
        script?.Invoke(neighbours);
    });
}
