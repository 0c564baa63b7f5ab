using System.Collections.Concurrent;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Http;
using MassTransit;
using Microsoft.AspNetCore.Http;

namespace Aigc.Application.Tests.Conformance;

/// <summary>
/// The real service for clients that know nothing but a base URL and a key. Behind it stand a worker and an orchestration that answer
/// every prompt alike; before it a door that does what the gateway does with a key, and is busy once for keys that begin with <c>sk-busy</c>.
/// </summary>
public sealed class ConformanceHost : IAsyncLifetime
{
    public const string Key = "sk-conformance";
    public const string BusyKey = "sk-busy";

    /// <summary>A prompt in the background or in a batch whose answer never comes.</summary>
    public const string Endless = "wait";

    private static readonly string[] Pieces = ["pong", " ", "pong"];
    private readonly ConcurrentDictionary<string, bool> _busy = new();
    private readonly string _dataRoot = Directory.CreateTempSubdirectory("aigc-conformance-").FullName;
    private ApplicationHost? _host;

    public Uri Endpoint => new(_host!.Address, "/v1");

    public async ValueTask InitializeAsync() => _host = await ApplicationHost.Start(_dataRoot, neighbours =>
    {
        neighbours.Door = Door;
        neighbours.Generate = Generate;
        neighbours.Durable = Durable;
        neighbours.Embed = Embed;
        neighbours.Models = [.. neighbours.Models, new() { Model = Neighbours.Classifier, At = DateTimeOffset.UnixEpoch }];
        neighbours.Classify = Neighbours.Labelled;
        neighbours.AnswerBatch = command => Task.FromResult<object?>(command.Messages[^1].Content == Endless ? null : Neighbours.Final(command, string.Concat(Pieces)));
    }, ("Aigc:Application:Webhooks:AllowPrivate:0", "127.0.0.0/8"));

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        Directory.Delete(_dataRoot, recursive: true);
    }

    private Task Door(HttpContext context, RequestDelegate next)
    {
        var key = context.Request.Headers.Authorization.ToString()["Bearer ".Length..];
        if (key.StartsWith(BusyKey, StringComparison.Ordinal) && _busy.TryAdd(key, true))
        {
            context.Response.Headers.RetryAfter = "0";
            return ApiErrors.Write(context, StatusCodes.Status503ServiceUnavailable, "service_unavailable", "Try again.");
        }

        context.Request.Headers[TenantContext.InternalTokenHeader] = ApplicationHost.Token;
        context.Request.Headers[TenantContext.TenantHeader] = ApplicationHost.Tenant;
        return next(context);
    }

    private static async Task Generate(GenerateText command, ISendEndpoint reply)
    {
        if (command.Tools.Count > 0 && command.Messages[^1].Role != "tool")
        {
            var call = new TextAnswer { Text = "", FinishReason = "tool_calls", ToolCalls = [new() { Id = "call_1", Name = command.Tools[0].Name, Arguments = "{}" }] };
            await reply.Send(Neighbours.Final(command, "") with { FinishReason = "tool_calls", Answers = [call] });
            return;
        }

        var pieces = command.Sampling.Format.Type == "json_schema" ? ["""{"answer":""", "42}"] : Pieces;
        for (var answer = 0; answer < command.Sampling.Answers; answer++)
        {
            foreach (var (number, text) in pieces.Index())
            {
                await reply.Send(Neighbours.Piece(command, number, text) with { Answer = answer, LogProbabilities = Likelihoods(command, text) });
            }
        }

        var whole = new TextAnswer { Text = string.Concat(pieces), FinishReason = "stop", LogProbabilities = [.. pieces.SelectMany(text => Likelihoods(command, text))] };
        await reply.Send(Neighbours.Final(command, whole.Text) with { Answers = [.. Enumerable.Repeat(whole, command.Sampling.Answers)] });
    }

    private static TokenLogProbability[] Likelihoods(GenerateText command, string text) => command.Sampling.TopLogProbabilities is null
        ? []
        : [new() { Token = text, Bytes = System.Text.Encoding.UTF8.GetBytes(text), LogProbability = -0.5, Top = [new() { Token = text, Bytes = System.Text.Encoding.UTF8.GetBytes(text), LogProbability = -0.5 }] }];

    private static async Task Durable(RequestGeneration order, ConsumeContext context)
    {
        await context.Publish(ServiceTest.Changed(order.GenerationId, JobStatus.Running, 1, kind: JobKinds.Generation));
        if (order.Messages[^1].Content == Endless)
        {
            return;
        }

        if (order.StreamTo is { } address)
        {
            var reader = await context.GetSendEndpoint(address);
            foreach (var (number, text) in Pieces.Index())
            {
                await reader.Send(new TextStreamed { GenerationId = order.GenerationId, Sequence = number, Text = text });
            }
        }

        await context.Publish(ServiceTest.Changed(order.GenerationId, JobStatus.Succeeded, 2, kind: JobKinds.Generation) with
        {
            Result = new Dictionary<string, string> { ["text"] = string.Concat(Pieces), ["finish"] = "stop", ["tokens"] = "3", ["promptTokens"] = "5" },
        });
    }

    private static object Embed(EmbedText command) => command.Dimensions is null
        ? new TextEmbedded
        {
            RequestId = command.RequestId,
            Vectors = [.. command.Inputs.Select(input => new[] { input.Text?.Length ?? input.Tokens.Count, 0.5f })],
            TokenCounts = [.. command.Inputs.Select(_ => 2)],
            ModelDigest = command.Model.Folder.Digest,
        }
        : new EmbeddingFailed { RequestId = command.RequestId, Problem = new() { Code = "invalid_request", Message = "The model's vectors have 2 dimensions.", Param = "dimensions" } };
}
