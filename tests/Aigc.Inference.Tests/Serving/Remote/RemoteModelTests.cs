using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aigc.Inference.Tests.Serving.Remote;

public sealed class RemoteModelTests
{
    private const string Whole = """
        data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}

        data: {"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}

        data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}

        data: [DONE]


        """;

    [Fact]
    public async Task A_stream_becomes_an_answer_with_the_servers_counts()
    {
        var result = await Ask((context, _) => Sse(context, Whole));
        Assert.Equal(("Hello", "stop", 5, 2), (result.Text, result.FinishReason, result.PromptTokens, result.CompletionTokens));
    }

    [Fact]
    public async Task A_fault_before_the_first_byte_is_tried_again()
    {
        var result = await Ask((context, attempt) => attempt == 1 ? Status(context, 500) : Sse(context, Whole));
        Assert.Equal("Hello", result.Text);
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n", "ended its stream")]
    [InlineData("data: {broken\n\n", "not JSON")]
    public async Task Half_an_answer_is_a_transient_failure(string body, string reason)
    {
        var e = await Assert.ThrowsAsync<GenerationFailedException>(() => Ask((context, _) => Sse(context, body)));
        Assert.True(e.Problem.Transient);
        Assert.Contains(reason, e.Problem.Message, StringComparison.Ordinal);
    }

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task Sse(HttpContext context, string body)
    {
        context.Response.ContentType = "text/event-stream";
        return context.Response.WriteAsync(body);
    }

    private static async Task<GenerationResult> Ask(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var server = builder.Build();
        var attempts = 0;
        server.MapPost("/v1/chat/completions", context => answer(context, Interlocked.Increment(ref attempts)));
        await server.StartAsync();
        await using var worker = new TestWorker(new() { ["Aigc:Inference:Remotes:test:Url"] = server.Urls.First() });
        var folder = Directory.CreateTempSubdirectory("aigc-remote-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "remote.json"), """{"engine":"test","model":"m","context_length":128}""");
        var model = await worker.Store("far", folder);
        Directory.Delete(folder, recursive: true);
        using var lease = await worker.Host.Acquire(model, default);
        var command = new GenerateText
        {
            GenerationId = Guid.NewGuid(),
            Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
            Model = model,
            Messages = [new() { Role = "user", Content = "Hi" }],
        };
        return await Assert.Single(((ITextModel)lease.Model).Start(command, TimeProvider.System.GetTimestamp())).Completion;
    }
}
