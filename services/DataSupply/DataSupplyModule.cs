using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Builds;
using Aigc.DataSupply.Datasets;
using Aigc.DataSupply.Sources;
using Aigc.DataSupply.Uploads;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Aigc.DataSupply;

/// <summary>Wires data supply into a host: from raw sources to dataset versions.</summary>
public static class DataSupplyModule
{
    /// <summary>Adds the services of the module.</summary>
    public static IHostApplicationBuilder AddDataSupply(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<DataSupplyOptions>()
            .BindConfiguration("Aigc:DataSupply")
            .Validate(options => options.Workers >= 0, "Aigc:DataSupply:Workers is 0 (one a processor) or more.")
            .ValidateOnStart();
        builder.Services.AddSingleton(ShardWorkers.Of(builder.Configuration));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new GuardedHttp(services.GetRequiredService<IOptions<DataSupplyOptions>>().Value));
        builder.Services.AddDocuments<Upload>("uploads");
        builder.Services.AddSingleton<UploadDesk>();
        builder.Services.AddSingleton<SourceFactory>();
        builder.Services.AddSingleton<FileCollector>();
        builder.Services.AddSingleton<PreparedShards>();
        builder.Services.AddSingleton<ShardsAtWork>();
        builder.Services.AddDocuments<PreparedShard>("prepared-shards", shard => shard.CreatedAt);
        builder.Services.AddDocuments<DatasetVersion>("dataset-versions", version => version.Tenant, version => version.Digest, version => version.CreatedAt);
        builder.Services.AddSingleton<DatasetRows>();
        return builder;
    }

    /// <summary>Adds the module's consumers and its saga to the bus.</summary>
    public static void AddDataSupply(this IBusRegistrationConfigurator bus)
    {
        var workers = bus.Select(service => service.ImplementationInstance).OfType<ShardWorkers>().Single().Value;
        bus.AddProcess<DatasetBuildStateMachine, DatasetBuild, BuildDataset>();
        bus.AddWork<CollectSources, CollectSourcesWork>(concurrency: 2);
        bus.AddWork<MergeShards, MergeShardsWork>(concurrency: 1);
        bus.AddCommandConsumer<PrepareShardConsumer, PrepareShard>(workers);
    }

    /// <summary>Maps the module's routes: <c>/api/datasets</c> and <c>/api/uploads</c>.</summary>
    public static IEndpointRouteBuilder MapDataSupply(this IEndpointRouteBuilder routes)
    {
        DatasetRoutes.Map(routes);
        UploadRoutes.Map(routes);
        return routes;
    }
}

/// <summary>Shards prepared at once in this process. The bus is wired before options can be asked, so it stands here as a value.</summary>
internal sealed record ShardWorkers(int Value)
{
    public static ShardWorkers Of(IConfiguration configuration)
    {
        var set = configuration.GetValue<int>("Aigc:DataSupply:Workers");
        return new ShardWorkers(set > 0 ? set : Environment.ProcessorCount);
    }
}
