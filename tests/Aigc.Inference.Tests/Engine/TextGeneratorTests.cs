using System.Text;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

public sealed class TextGeneratorTests
{
    private static readonly SamplingSpec Greedy = new() { Temperature = 0, MaxTokens = 1000 };

    [Fact]
    public async Task The_answer_ends_at_the_end_token()
    {
        await using var generator = Generator(new(4, 64, "hello"));
        var result = await Run(generator, 0);
        Assert.Equal(("hello", "stop", 3, 6), (result.Text, result.FinishReason, result.PromptTokens, result.CompletionTokens));
    }

    [Fact]
    public async Task The_answer_ends_at_the_token_limit()
    {
        await using var generator = Generator(new(4, 64, "hello"));
        var result = await Run(generator, 0, Greedy with { MaxTokens = 2 });
        Assert.Equal(("he", "length", 2), (result.Text, result.FinishReason, result.CompletionTokens));
    }

    [Fact]
    public async Task The_answer_ends_where_the_context_does()
    {
        await using var generator = Generator(new(4, 8, "abcdefghijklmnop"));
        var result = await Run(generator, 0);
        Assert.Equal(("abcde", "length"), (result.Text, result.FinishReason));
    }

    [Fact]
    public async Task The_answer_ends_before_a_stop_text()
    {
        await using var generator = Generator(new(4, 64, "one two three"));
        var result = await Run(generator, 0, Greedy with { Stop = ["two", "e t"] });
        Assert.Equal(("on", "stop"), (result.Text, result.FinishReason));
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_refused_with_figures()
    {
        await using var generator = Generator(new(4, 64, "x"));
        var running = generator.Start(new(ScriptedBackend.Prompt(0, 64), Greedy, 0));
        var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => running.Completion)).Problem;
        Assert.Equal("context_length_exceeded", problem.Code);
        Assert.Contains("64 tokens; this model takes 64", problem.Message, StringComparison.Ordinal);
        Assert.Contains("63", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_answers_come_out_of_few_slots_unmixed()
    {
        var scripts = Enumerable.Range(0, 40).Select(i => new string((char)('a' + (i % 26)), 1 + (i * 7 % 31)) + "z").ToArray();
        var backend = new ScriptedBackend(4, 64, scripts);
        await using var generator = Generator(backend);
        var answers = await Task.WhenAll(scripts.Select((_, i) => Run(generator, i, promptLength: 1 + (i % 20))));
        Assert.Equal(scripts, answers.Select(answer => answer.Text));
        Assert.InRange(backend.LargestBatch, 2, 4);
    }

    [Fact]
    public async Task Logits_that_are_not_numbers_fail_their_own_request_alone()
    {
        await using var generator = Generator(new(4, 64, "ab!cd", "abcdefgh"));
        var broken = Run(generator, 0);
        var sound = Run(generator, 1);
        var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => broken)).Problem;
        Assert.Equal("model_output_invalid", problem.Code);
        Assert.Contains("token 3", problem.Message, StringComparison.Ordinal);
        Assert.Equal("abcdefgh", (await sound).Text);
    }

    [Fact]
    public async Task A_failed_run_fails_its_rows_and_the_loop_goes_on()
    {
        var backend = new ScriptedBackend(4, 64, "abc");
        backend.BeforeDecode = _ => throw new InvalidOperationException("device lost");
        await using var generator = Generator(backend);
        var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => Run(generator, 0))).Problem;
        Assert.Equal(("engine_fault", true), (problem.Code, problem.Transient));
        backend.BeforeDecode = null;
        Assert.Equal("abc", (await Run(generator, 0)).Text);
    }

    [Fact]
    public async Task Cancelling_frees_the_slot_before_the_next_step_runs()
    {
        var backend = new ScriptedBackend(1, 4096, new string('a', 4000), "next");
        RunningGeneration? endless = null;
        using var bothStarted = new ManualResetEventSlim();
        var runs = 0;
        backend.BeforeDecode = _ =>
        {
            bothStarted.Wait();
            if (++runs == 5)
                endless!.Cancel();
        };
        await using var generator = Generator(backend);
        endless = generator.Start(new(ScriptedBackend.Prompt(0), Greedy with { MaxTokens = 4000 }, 0));
        var next = Run(generator, 1);
        bothStarted.Set();
        var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => endless.Completion)).Problem;
        Assert.Equal("cancelled", problem.Code);
        Assert.Equal("next", (await next).Text);
        Assert.Equal(5 + 4, backend.DecodeRuns);
    }

    [Fact]
    public async Task Cancelling_in_the_line_never_takes_a_slot()
    {
        using var gate = new ManualResetEventSlim();
        var backend = new ScriptedBackend(1, 64, "aaaa", "b") { BeforeDecode = _ => gate.Wait() };
        await using var generator = Generator(backend);
        var first = Run(generator, 0);
        var waiting = generator.Start(new(ScriptedBackend.Prompt(1), Greedy, 0));
        waiting.Cancel();
        gate.Set();
        await Assert.ThrowsAsync<GenerationFailedException>(() => waiting.Completion);
        Assert.Equal("aaaa", (await first).Text);
        Assert.Equal(4, backend.DecodeRuns);
    }

    [Fact]
    public async Task A_full_line_refuses_what_may_be_sent_again()
    {
        using var gate = new ManualResetEventSlim();
        using var seated = new ManualResetEventSlim();
        var backend = new ScriptedBackend(1, 64, "aaaa")
        {
            BeforeDecode = _ =>
            {
                seated.Set();
                gate.Wait();
            },
        };
        await using var generator = Generator(backend, line: 1);
        var first = Run(generator, 0);
        await Task.Run(seated.Wait, TestContext.Current.CancellationToken);
        var second = Run(generator, 0);
        var third = Run(generator, 0);
        gate.Set();
        var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => third)).Problem;
        Assert.Equal(("engine_overloaded", true), (problem.Code, problem.Transient));
        Assert.Equal(["aaaa", "aaaa"], (await Task.WhenAll(first, second)).Select(result => result.Text));
    }

    [Fact]
    public async Task Ending_the_generator_tells_who_is_not_finished_to_send_again()
    {
        using var seated = new ManualResetEventSlim();
        var backend = new ScriptedBackend(1, 4096, new string('a', 4000)) { BeforeDecode = _ => seated.Set() };
        var generator = Generator(backend);
        var running = Run(generator, 0, Greedy with { MaxTokens = 4000 });
        var waiting = Run(generator, 0);
        await Task.Run(seated.Wait, TestContext.Current.CancellationToken);
        await generator.DisposeAsync();
        Assert.True(backend.Disposed);
        foreach (var unfinished in (Task[])[running, waiting, Run(generator, 0)])
            Assert.Equal("worker_stopping", (await Assert.ThrowsAsync<GenerationFailedException>(() => unfinished)).Problem.Code);
    }

    [Fact]
    public async Task A_stop_token_ends_the_answer_and_is_not_part_of_it()
    {
        await using var generator = Generator(new(1, 64, "hello"));
        var result = await Run(generator, 0, Greedy with { StopTokens = ['l'] });
        Assert.Equal(("he", "stop", 3), (result.Text, result.FinishReason, result.CompletionTokens));
    }

    [Fact]
    public async Task Log_probabilities_are_of_the_row_after_biases_and_tell_the_rivals()
    {
        // The script's token has 50; the bias gives 'x' 50 as well and leaves 'y' at 49.
        var backend = new ScriptedBackend(1, 64, "ab") { Rivals = { ['y'] = 49 } };
        await using var generator = Generator(backend);
        var result = await Run(generator, 0, Greedy with { TopLogProbabilities = 3, LogitBias = new Dictionary<int, double> { ['x'] = 50 }, Stop = ["b"] });
        var told = Assert.Single(result.LogProbabilities);
        var total = 50 + Math.Log(2 + Math.Exp(-1));
        Assert.Equal(("a", 50 - total), (told.Token, told.LogProbability), (expected, actual) => expected.Item1 == actual.Item1 && Math.Abs(expected.Item2 - actual.Item2) < 1e-4);
        Assert.Equal(["a", "x", "y"], told.Top.Select(rival => rival.Token));
        Assert.Equal(49 - total, told.Top[2].LogProbability, 1e-4);
        Assert.Equal("a"u8.ToArray(), told.Bytes);
    }

    [Fact]
    public async Task A_penalty_keeps_a_greedy_answer_from_repeating()
    {
        var backend = new ScriptedBackend(1, 64, "aaaa") { Rivals = { ['b'] = 49 } };
        await using var generator = Generator(backend);
        Assert.Equal("ab", (await Run(generator, 0, Greedy with { PresencePenalty = 2, MaxTokens = 2 })).Text);
    }

    [Fact]
    public async Task A_prompt_that_another_answer_began_with_is_not_run_again()
    {
        var backend = new ScriptedBackend(2, 64, "abc");
        await using var generator = Generator(backend);
        var request = new GenerationRequest(ScriptedBackend.Prompt(0, 40), Greedy, 0) { CacheKey = "t" };
        Assert.Equal((0, "abc"), await Of(request));
        Assert.Equal((39, "abc"), await Of(request));
        Assert.Equal(41, backend.Prefilled);
        Assert.Equal((0, "abc"), await Of(request with { CacheKey = "other" }));

        async Task<(int, string)> Of(GenerationRequest asked)
        {
            var result = await generator.Start(asked).Completion;
            return (result.CachedPromptTokens, result.Text);
        }
    }

    [Fact]
    public async Task Text_can_be_taken_while_it_comes_and_makes_up_the_answer()
    {
        const string script = "日本語のテキスト 🙂 naïve";
        await using var generator = Generator(new(2, 256, script));
        var running = generator.Start(new(ScriptedBackend.Prompt(0), Greedy, 0));
        var pieces = new StringBuilder();
        await running.FirstText;
        bool over;
        do
        {
            over = running.Completion.IsCompleted;
            pieces.Append(running.Answer.TakeNew());
            await Task.Yield();
        }
        while (!over);
        Assert.Equal(script, pieces.ToString());
        Assert.Equal(script, (await running.Completion).Text);
    }

    private static TextGenerator Generator(ScriptedBackend backend, int line = 100) =>
        new("scripted", backend, backend, new(backend.Slots, backend.SlotLength, line, 8, 4), TestMeters.Instruments(), TimeProvider.System);

    private static Task<GenerationResult> Run(TextGenerator generator, int script, SamplingSpec? sampling = null, int promptLength = 3) =>
        generator.Start(new(ScriptedBackend.Prompt(script, promptLength), sampling ?? Greedy, TimeProvider.System.GetTimestamp())).Completion;
}
