using System.Net;
using Aigc.Application.Batches;
using Aigc.Application.Chains;
using Aigc.Application.Embeddings;
using Aigc.Application.Faults;
using Aigc.Application.Files;
using Aigc.Application.Files.Uploads;
using Aigc.Application.FineTuning;
using Aigc.Application.Generations;
using Aigc.Application.Imports;
using Aigc.Application.Jobs;
using Aigc.Application.Moderations;
using Aigc.Application.OpenAI;
using Aigc.Application.Pools;
using Aigc.Application.Responses;
using Aigc.Application.Spending;
using Aigc.Application.Studio;
using Aigc.Application.Webhooks;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Files;
using Aigc.Storage;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Scalar.AspNetCore;

namespace Aigc.Application;

/// <summary>The application layer: the OpenAI-shaped API, the job API, Studio.</summary>
public static class ApplicationModule
{
    /// <summary>Adds its services and collections.</summary>
    public static IHostApplicationBuilder AddApplication(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ApplicationOptions>().BindConfiguration("Aigc:Application")
            .Validate(o => o.AnswerTimeout > TimeSpan.Zero && o.WatchEvery > TimeSpan.Zero && o.MaxOpenAnswers > 0, "Aigc:Application: AnswerTimeout, WatchEvery and MaxOpenAnswers must be greater than zero.")
            .Validate(o => o.Responses.Retention > TimeSpan.Zero && o.Responses.LongestConversation > 0 && o.Responses.LookAfter > TimeSpan.Zero, "Aigc:Application:Responses: Retention, LongestConversation and LookAfter must be greater than zero.")
            .Validate(o => Array.TrueForAll(o.Webhooks.AllowPrivate, network => IPNetwork.TryParse(network, out _)), "Aigc:Application:Webhooks:AllowPrivate must be CIDR networks, for example 10.1.0.0/16.")
            .Validate(o => o.Webhooks is { AtOnce: > 0, AtOncePerEndpoint: > 0 } && o.Webhooks.Timeout > TimeSpan.Zero && o.Webhooks.Retention > TimeSpan.Zero, "Aigc:Application:Webhooks: AtOnce, AtOncePerEndpoint, Timeout and Retention must be greater than zero.")
            .ValidateOnStart();
        services.AddDocuments<JobDocument>("jobs", j => j.Tenant, j => j.CreatedAt, j => j.Kind, j => j.Status, j => j.ParentId, j => j.RootId, j => j.Due);
        services.AddDocuments<JobEvent>("job-events", e => e.Id, e => e.JobId);
        services.AddDocuments<ResponseDocument>("responses", r => r.Due, r => r.Expires, r => r.By, r => r.CreatedAt);
        services.AddDocuments<ResponsePiece>("response-pieces", p => p.Id, p => p.Expires);
        services.AddDocuments<WebhookEndpoint>("webhooks", e => e.Tenant, e => e.CreatedAt);
        services.AddDocuments<WebhookDelivery>("webhook-deliveries", d => d.EndpointId, d => d.CreatedAt, d => d.Due, d => d.Expires);
        services.AddSingleton<JobEnds>().AddSingleton<JobLog>().AddSingleton<JobTurns>().AddSingleton<JobBook>().AddSingleton<ProgressBuffer>();
        services.AddSingleton<JobDesk>().AddSingleton<JobArchive>().AddSingleton<JobWatch>().AddSingleton<JobStream>();
        services.AddSingleton(provider => new ChainStarts(provider.GetRequiredService<JobDesk>(), provider.GetRequiredService<FileRoots>(), provider.GetRequiredService<Payers>(), provider.GetRequiredService<JobArchive>()));
        services.AddSingleton<ModelDirectory>().AddSingleton<AnswerDesk>().AddSingleton<TextAnswers>().AddSingleton<AnswerWriter>();
        services.AddSingleton<PooledAnswers>().AddSingleton<ModerationModels>();
        services.AddSingleton<ResponseStore>().AddSingleton<ResponsePieces>().AddSingleton<ResponseEnds>().AddSingleton<BackgroundResponses>();
        services.AddSingleton<ResponseReplay>().AddSingleton<ResponseDesk>();
        services.AddSingleton<WebhookEvents>().AddSingleton<WebhookArchive>().AddSingleton<WebhookHttp>().AddSingleton<WebhookReplays>();
        services.AddSingleton<IJobEndListener>(provider => provider.GetRequiredService<ResponseEnds>()).AddSingleton<IJobEndListener, JobWebhooks>();
        services.AddHttpContextAccessor().AddSingleton<Payers>().AddSingleton<ILedger, BusLedger>().AddSingleton<Purses>().AddSingleton<Budgets>();
        services.AddDocuments<FaultDocument>("faults", fault => fault.At, fault => fault.Queue);
        services.AddFiles();
        services.AddBatches();
        services.AddFineTuning();
        services.AddOpenApi("v1");
        builder.AddStudio();
        return builder;
    }

    /// <summary>Adds its consumers to the bus.</summary>
    public static void AddApplication(this IBusRegistrationConfigurator bus)
    {
        bus.AddQueueConsumer<JobListener>(JobListener.Queue);
        bus.AddBroadcastConsumer<AnswerConsumer>(AnswerConsumer.Name);
        bus.AddBroadcastConsumer<ModelChangeConsumer>(ModelChangeConsumer.Name);
        bus.AddQueueConsumer<ResponsePieceConsumer>(ResponsePieceConsumer.Queue);
        bus.AddReceiveEndpointObserver<AnswerAddress>();
        bus.AddRequestClient<ListModels>(Routes.ToQueue(Routes.QueueOf(typeof(ListModels))));
        bus.AddRequestClient<TraceLineage>(Routes.ToQueue(Routes.QueueOf(typeof(TraceLineage))));
        bus.AddRequestClient<HoldFunds>(Routes.ToQueue(Routes.QueueOf(typeof(HoldFunds))));
        bus.AddRequestClient<AdmitJob>(Routes.ToQueue(Routes.QueueOf(typeof(AdmitJob))));
        bus.AddRequestClient<ListPrices>(Routes.ToQueue(Routes.QueueOf(typeof(ListPrices))));
        bus.AddQueueConsumer<FaultConsumer>(FaultConsumer.Queue);
        bus.AddBatches();
        bus.AddFineTuning();
        // After the bus: what the sweep sends needs somebody to go to.
        bus.AddHostedService<JobSweep>();
        bus.AddHostedService<ProgressFlush>();
        bus.AddHostedService<ResponseSweep>();
        bus.AddHostedService<WebhookDispatcher>();
        bus.AddHostedService(provider => provider.GetRequiredService<Purses>());
    }

    /// <summary>Maps its routes and Studio's pages.</summary>
    public static void MapApplication(this IEndpointRouteBuilder app)
    {
        app.MapJobs();
        app.MapChains();
        app.MapGenerations();
        app.MapImports();
        app.MapOpenAI();
        app.MapEmbeddings();
        app.MapModerations();
        app.MapResponses();
        app.MapWebhooks();
        app.MapFiles();
        app.MapUploads();
        app.MapBatches();
        app.MapFineTuning();
        app.MapFaults();
        app.MapOpenApi();
        app.MapScalarApiReference("/docs");
        app.MapStudio();
    }
}
