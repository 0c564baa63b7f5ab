using System.Reflection;
using Aigc.Contracts.Inference;
using Aigc.Inference.Classification;
using Aigc.Inference.Embeddings;
using Aigc.Inference.Generations;
using Aigc.Inference.Serving;
using Aigc.Inference.Serving.Remote;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Aigc.Inference;

/// <summary>Wires the inference worker.</summary>
public static class InferenceModule
{
    private static readonly MethodInfo AddQueueConsumer = typeof(BusRegistration).GetMethod(nameof(BusRegistration.AddQueueConsumer))!;

    /// <summary>Adds the engine, the models and what remembers answers. Before the bus: it settles which pools are drained.</summary>
    public static IHostApplicationBuilder AddInference(this IHostApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(InferenceOptions.Section);
        builder.Services.AddOptions<InferenceOptions>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(section.Get<InferenceOptions>() ?? new InferenceOptions());
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<InferenceInstruments>();
        builder.Services.AddSingleton<OrtSessions>();
        builder.Services.AddSingleton<ManagedStarter>();
        builder.Services.AddSingleton<DecoderStarter>();
        builder.Services.AddSingleton<DraftFolders>();
        builder.Services.AddSingleton<DraftStarter>();
        builder.Services.AddSingleton<IValidateOptions<InferenceOptions>, RemoteOptionsValidator>();
        builder.Services.AddSingleton<IModelLoader, RemoteModelLoader>();
        builder.Services.AddSingleton<IModelLoader, ClassifierLoader>();
        builder.Services.AddSingleton<IModelLoader, EncoderLoader>();
        builder.Services.AddSingleton<IModelLoader, OrtModelLoader>();
        builder.Services.AddSingleton<ModelHost>();
        builder.Services.AddSingleton<InFlightGenerations>();
        builder.Services.AddSingleton<GenerationRunner>();
        builder.Services.AddSingleton<GenerationDesk>();
        builder.Services.AddSingleton<ModelDesk>();
        builder.Services.AddSingleton<EmbeddingDesk>();
        builder.Services.AddSingleton<ClassificationDesk>();
        builder.Services.AddDocuments<GenerationResultDocument>("generation-results", result => result.Expires);
        builder.Services.AddSingleton<DurableResults>();
        builder.Services.AddHostedService<ResultSweep>();
        builder.Services.AddOptions<MassTransitHostOptions>().PostConfigure<IOptions<InferenceOptions>>(GiveGrace);
        return builder;
    }

    /// <summary>Adds two consumers for each pool, interactive and batch, and this process's ear for abandoned generations.</summary>
    public static IBusRegistrationConfigurator AddInference(this IBusRegistrationConfigurator bus)
    {
        var options = bus.Select(service => service.ImplementationInstance).OfType<InferenceOptions>().FirstOrDefault() ?? new InferenceOptions();
        var marker = typeof(FirstPool);
        foreach (var pool in options.EffectivePools.Distinct(StringComparer.Ordinal))
        {
            Drain(bus, typeof(PoolConsumer<>).MakeGenericType(marker), InferenceQueues.Text(pool), options.Concurrency);
            Drain(bus, typeof(BatchConsumer<>).MakeGenericType(marker), InferenceQueues.Batch(pool), options.BatchConcurrency);
            marker = typeof(PoolAfter<>).MakeGenericType(marker);
        }
        bus.AddBroadcastConsumer<GenerationAbandonedConsumer>("inference.abandoned");
        bus.AddBroadcastConsumer<ModelErasedConsumer>("inference.models");
        bus.AddHostedService<ErasedCopies>();
        return bus;
    }

    /// <summary>Maps <c>GET /api/inference/models</c>.</summary>
    public static IEndpointRouteBuilder MapInference(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/inference/models", (ModelHost host) => WorkerReport.Of(host));
        return app;
    }

    private static void Drain(IBusRegistrationConfigurator bus, Type consumer, string queue, int concurrency) =>
        AddQueueConsumer.MakeGenericMethod(consumer).Invoke(null, [bus, queue, concurrency]);

    // A stopping bus waits for running consumers; after the grace it cancels them, and what they held goes back to the queue.
    private static void GiveGrace(MassTransitHostOptions bus, IOptions<InferenceOptions> inference)
    {
        bus.ConsumerStopTimeout = inference.Value.ShutdownGrace;
        var least = inference.Value.ShutdownGrace + TimeSpan.FromSeconds(5);
        if (bus.StopTimeout is null || bus.StopTimeout < least)
            bus.StopTimeout = least;
    }
}
