using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving.Remote;

/// <summary>One request at a server: its turn, its attempts, its stream. Its answers succeed together or not at all.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and nothing linked to it; there is nothing to dispose of.")]
internal sealed class RemoteCall
{
    private const int Attempts = 3;
    private const long MostAnswerBytes = 1L << 28;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MostDrain = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _gone = new();
    private readonly RemoteEngine _engine;
    private readonly RemoteRequest _request;
    private readonly GenerateText _command;
    private readonly InferenceInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly long _arrived;
    private RemoteUsage? _usage;
    private long _seated;
    private long _first;
    private bool _begun; // the first byte was read: nothing is repeated
    private volatile bool _unloaded;

    public RemoteCall(RemoteEngine engine, RemoteRequest request, GenerateText command, long arrived, InferenceInstruments instruments, TimeProvider time)
    {
        (_engine, _request, _command, _arrived, _instruments, _time) = (engine, request, command, arrived, instruments, time);
        Runs = [.. Enumerable.Range(0, command.Sampling.Answers).Select(_ => new RemoteRun(command.Sampling.Stop, Cancelled, RemoteTools.Any(command)))];
    }

    public IReadOnlyList<RemoteRun> Runs { get; }

    /// <summary>The worker stops: the command is another's.</summary>
    public void Unload()
    {
        _unloaded = true;
        _gone.Cancel();
    }

    /// <summary>Runs it; the outcome is in <see cref="Runs"/>, never thrown.</summary>
    public async Task Run()
    {
        using var clock = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token, clock.Token);
        try
        {
            await _engine.Gate.Enter(_command.Priority, _gone.Token);
            try
            {
                _seated = _time.GetTimestamp();
                _instruments.Seated(_command.Model.Name, _command.Priority, _time.GetElapsedTime(_arrived, _seated));
                clock.CancelAfter(_engine.Options.FirstTokenTimeout);
                await Try(clock, either.Token);
            }
            finally
            {
                _engine.Gate.Leave();
            }
            Succeed();
        }
        catch (Exception e)
        {
            var problem = ProblemOf(e);
            if (problem.Code == "engine_fault")
                _engine.Logger.Broken(_engine.Name, _command.GenerationId, problem.Message, e);
            _instruments.Refused(_command.Model.Name, _command.Priority, problem.Code);
            foreach (var run in Runs)
                run.Fail(problem);
        }
    }

    private async Task Try(CancellationTokenSource clock, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await Wait(ct);
            try
            {
                await Stream(clock, ct);
                return;
            }
            catch (Exception e) when (!_begun && attempt < Attempts && (e is RemoteFailedException { Problem.Transient: true } or IOException or HttpRequestException))
            {
                var pause = (e as RemoteFailedException)?.RetryAfter ?? FirstPause * (1 << (attempt - 1));
                if (!HasTimeFor(pause))
                    throw;
                _engine.Logger.AskedAgain(_engine.Name, _command.GenerationId, attempt, pause.TotalSeconds, e.Message);
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, _time, ct);
            }
        }
    }

    // A server that wants none of them for a while is spared this one, too: all who wait for it in vain would only fail later.
    private async Task Wait(CancellationToken ct)
    {
        while (_engine.Pause.Left is var left && left > TimeSpan.Zero)
        {
            if (!HasTimeFor(left))
                throw new RemoteFailedException(RemoteFailures.Overloaded(_engine.Name));
            await Task.Delay(left, _time, ct);
        }
    }

    private bool HasTimeFor(TimeSpan pause) => _time.GetElapsedTime(_seated) + pause < _engine.Options.FirstTokenTimeout;

    private async Task Stream(CancellationTokenSource clock, CancellationToken ct)
    {
        using var response = await _engine.Send(_request, ct);
        await using var bytes = await response.Content.ReadAsStreamAsync(ct);
        await using var bounded = new BoundedStream(bytes, MostAnswerBytes);
        await foreach (var item in SseParser.Create(bounded, RemoteChunk.Read).EnumerateAsync(ct))
        {
            _begun = true;
            if (ReferenceEquals(item.Data, RemoteChunk.Done))
            {
                await Drain(bounded, ct);
                break;
            }
            if (item.Data.Error is { ValueKind: not JsonValueKind.Null } error)
                throw RemoteFailures.Of(_engine.Name, StatusOf(error), error);
            _usage = item.Data.Usage ?? _usage;
            foreach (var choice in item.Data.Choices ?? [])
                Take(choice);
            if (_first != 0)
                clock.CancelAfter(_engine.Options.IdleTimeout);
        }
        if (Runs.Any(run => run.FinishReason is null))
            throw new RemoteFailedException(RemoteFailures.Fault(_engine.Name, "ended its stream before the answer was finished"));
    }

    // A response read to its end leaves its connection to the next request; one that does not end soon loses it.
    private async Task Drain(BoundedStream rest, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(MostDrain, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            await rest.CopyToAsync(System.IO.Stream.Null, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or InvalidDataException)
        {
            // The answer is whole already.
        }
    }

    private void Take(RemoteChoice choice)
    {
        if (choice.Index < 0 || choice.Index >= Runs.Count)
            throw new RemoteFailedException(RemoteFailures.Fault(_engine.Name, "sent an answer nobody asked for"));
        var run = Runs[choice.Index];
        run.Append(choice.Text, _command.Sampling.TopLogProbabilities is null ? [] : choice.Logprobs?.Read() ?? []);
        if (!run.Append(choice.Delta?.ToolCalls ?? []))
            throw new RemoteFailedException(RemoteFailures.Fault(_engine.Name, "sent a call of a tool nobody asked for, or one without its beginning"));
        if (_first == 0 && run.Pieces > 0)
        {
            _first = _time.GetTimestamp();
            _instruments.FirstToken(_command.Model.Name, _command.Priority, _time.GetElapsedTime(_arrived, _first));
        }
        if (choice.FinishReason is { } reason)
        {
            if (reason is not ("stop" or "length" or "tool_calls"))
                throw new RemoteFailedException(RemoteFailures.Fault(_engine.Name, $"broke the answer off ({reason[..Math.Min(reason.Length, 40)]})"));
            run.End(reason);
        }
    }

    private void Succeed()
    {
        var now = _time.GetTimestamp();
        var pieces = Runs.Sum(run => run.Pieces);
        var total = _usage?.CompletionTokens ?? pieces;
        var (prompt, cached) = (_usage?.PromptTokens ?? 0, _usage?.PromptTokensDetails?.CachedTokens ?? 0);
        _instruments.Counted(_command.Model.Name, prompt, cached, total);
        var (seen, given) = (0L, 0);
        foreach (var run in Runs)
        {
            // The server counts all answers together; each has its share by the pieces it came in. With one answer this is exact.
            seen += run.Pieces;
            var upTo = pieces == 0 || run == Runs[^1] ? total : (int)(total * seen / pieces);
            var own = upTo - given;
            given = upTo;
            run.Succeed((text, likelihoods) => new(
                text, run.FinishReason!, prompt, own, _time.GetElapsedTime(_arrived, _seated), _time.GetElapsedTime(_arrived, _first == 0 ? now : _first), _time.GetElapsedTime(_arrived, now))
            {
                CachedPromptTokens = cached,
                LogProbabilities = likelihoods,
                ToolCalls = run.Calls?.Whole ?? [],
            });
        }
    }

    private Problem ProblemOf(Exception e) => e switch
    {
        GenerationFailedException failed => failed.Problem,
        _ when _unloaded => Problems.Unloaded,
        _ when _gone.IsCancellationRequested => Problems.Cancelled,
        RemoteFailedException failed => failed.Problem,
        OperationCanceledException => RemoteFailures.Fault(_engine.Name, _first == 0 ? "gave no token in time" : "stopped in the middle of an answer"),
        JsonException => RemoteFailures.Fault(_engine.Name, "sent something that is not JSON"),
        IOException or HttpRequestException => RemoteFailures.Fault(_engine.Name, "closed the connection before the answer was finished"),
        _ => RemoteFailures.Fault(_engine.Name, $"could not be understood ({e.GetType().Name})"),
    };

    private static HttpStatusCode StatusOf(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var status)
            ? (HttpStatusCode)status : HttpStatusCode.InternalServerError;

    private void Cancelled()
    {
        if (Runs.All(run => run.Completion.IsCompleted))
            _gone.Cancel();
    }
}
