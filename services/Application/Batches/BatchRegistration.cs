using Aigc.Application.Batches.Lines;
using Aigc.Application.Embeddings;
using Aigc.Application.Jobs;
using Aigc.Application.Moderations;
using Aigc.Application.OpenAI;
using Aigc.Application.Responses;
using Aigc.Application.Spending;
using Aigc.Contracts.Application;
using Aigc.ServiceDefaults.Sagas;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Application.Batches;

/// <summary>Wires batches. The endpoints a batch can ask are the <see cref="IBatchEndpoint"/>s registered here.</summary>
internal static class BatchRegistration
{
    private const int BatchesAtOnce = 32;

    public static void AddBatches(this IServiceCollection services)
    {
        services.AddOptions<BatchOptions>().BindConfiguration("Aigc:Application:Batches")
            .Validate(
                o => o is { MaxLines: > 0 and < 1_000_000, LinesInFlight: > 0, LineAttempts: > 0 } && o.ResendAfter > TimeSpan.Zero && o.FirstPause > TimeSpan.Zero && o.LongestPause >= o.FirstPause,
                "Aigc:Application:Batches: numbers and times must be greater than zero, MaxLines less than a million, LongestPause not shorter than FirstPause.")
            .ValidateOnStart();
        services.AddDocuments<LineResult>("batch-results", r => r.Id, r => r.ExpiresAt);
        services.AddDocuments<WrittenBatch>("batch-outputs");
        services.AddSingleton<LineDesk>().AddSingleton<LineGenerations>().AddSingleton<LineResults>().AddSingleton<LineRunner>().AddSingleton<BatchDesk>();
        services.AddSingleton<IBatchEndpoint>(provider => Text(provider, chat: true));
        services.AddSingleton<IBatchEndpoint>(provider => Text(provider, chat: false));
        services.AddSingleton<IBatchEndpoint, EmbeddingLines>().AddSingleton<IBatchEndpoint, ModerationLines>().AddSingleton<IBatchEndpoint, ResponseLines>();
        services.AddSingleton<IJobEndListener, BatchWebhooks>();
        services.AddHostedService<LateResults>();
    }

    /// <summary>Adds the saga and its work. A batch in progress waits more than it works, so that many may be at once.</summary>
    public static void AddBatches(this IBusRegistrationConfigurator bus)
    {
        bus.AddProcess<BatchStateMachine, BatchRun, RunBatch>();
        bus.AddWork<CheckBatch, CheckBatchWork>(concurrency: 2);
        bus.AddWork<RunBatchLines, RunBatchLinesWork>(BatchesAtOnce);
        bus.AddWork<FinishBatch, FinishBatchWork>(concurrency: 2);
    }

    private static TextLines Text(IServiceProvider provider, bool chat) => new(
        chat, provider.GetRequiredService<ModelDirectory>(), provider.GetRequiredService<LineGenerations>(), provider.GetRequiredService<Budgets>(), provider.GetRequiredService<TimeProvider>());
}
