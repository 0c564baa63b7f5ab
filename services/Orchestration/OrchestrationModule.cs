using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Chains;
using Aigc.Orchestration.Generations;
using Aigc.Orchestration.Ledger;
using Aigc.Orchestration.Lineage;
using Aigc.Orchestration.PlainClients;
using Aigc.Orchestration.Registry;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.ServiceDefaults.Sagas;
using Aigc.Storage;
using MassTransit;

namespace Aigc.Orchestration;

/// <summary>The sagas that cross services, the model registry, the lineage index and the ledger.</summary>
public static class OrchestrationModule
{
    /// <summary>Adds what the service is made of.</summary>
    public static IHostApplicationBuilder AddOrchestration(this IHostApplicationBuilder builder)
    {
        builder.Services.AddDocuments<ModelDocument>("models", m => m.Tenant, m => m.Name, m => m.Digest, m => m.At, m => m.ErasedAt, m => m.DeletingSince);
        builder.Services.AddDocuments<KnownAnswer>("known-answers");
        builder.Services.AddDocuments<ActivityDocument>("lineage-activities");
        builder.Services.AddDocuments<EdgeDocument>("lineage-edges", e => e.Key);
        builder.Services.AddSingleton<ModelRegistry>().AddSingleton<Promotions>().AddSingleton<Erasures>();
        builder.Services.AddSingleton<LineageIndex>();
        builder.AddLedger();
        builder.AddPlainClients();
        return builder;
    }

    /// <summary>Adds its sagas and consumers to the bus.</summary>
    public static void AddOrchestration(this IBusRegistrationConfigurator bus)
    {
        bus.AddProcess<ChainRunStateMachine, ChainRun, RunChain>();
        bus.AddProcess<GenerationStateMachine, GenerationRun, RequestGeneration>();
        bus.AddCommandConsumer<RecallChainConsumer, RecallChain>();
        bus.AddCommandConsumer<PrepareGenerationConsumer, PrepareGeneration>();
        bus.AddCommandConsumer<StoreContentConsumer, StoreContent>();
        // One at a time: the pieces of an answer must be told in their order.
        bus.AddQueueConsumer<StreamedTextConsumer>(StreamedTextConsumer.Queue, concurrency: 1);
        bus.AddCommandConsumer<RegistryConsumer, RegisterModel>();
        bus.AddQueueConsumer<LineageConsumer>(Routes.QueueOf(typeof(TraceLineage)));
        bus.AddLedger();
        bus.AddQueueConsumer<PlainReplyConsumer>("orchestration.plain-replies");
        bus.AddHostedService<ErasureSweep>();
    }

    /// <summary>Maps its routes.</summary>
    public static IEndpointRouteBuilder MapOrchestration(this IEndpointRouteBuilder app)
    {
        app.MapModels();
        app.MapGet("/api/lineage/{id}", async (string id, HttpContext http, LineageIndex index, CancellationToken ct) =>
            await index.Trace(http.Tenant(), id, ct) is { Count: > 0 } activities
                ? Results.Ok(new LineageGraph { Activities = activities })
                : ApiErrors.NotFound("lineage of", id));
        app.MapLedger();
        return app;
    }
}
