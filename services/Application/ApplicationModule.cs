using Aigc.Application.Batches;
using Aigc.Application.Chains;
using Aigc.Application.Files;
using Aigc.Application.Files.Uploads;
using Aigc.Application.FineTuning;
using Aigc.Application.Generations;
using Aigc.Application.Imports;
using Aigc.Application.Jobs;
using Aigc.Application.OpenAI;
using Aigc.Application.Studio;
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
            .ValidateOnStart();
        services.AddDocuments<JobDocument>("jobs", j => j.Tenant, j => j.CreatedAt, j => j.Kind, j => j.Status, j => j.ParentId, j => j.RootId, j => j.Due);
        services.AddDocuments<JobEvent>("job-events", e => e.Id, e => e.JobId);
        services.AddSingleton<JobLog>().AddSingleton<JobTurns>().AddSingleton<JobBook>().AddSingleton<ProgressBuffer>();
        services.AddSingleton<JobDesk>().AddSingleton<JobArchive>().AddSingleton<JobWatch>().AddSingleton<JobStream>();
        services.AddSingleton(provider => new ChainStarts(provider.GetRequiredService<JobDesk>(), provider.GetRequiredService<FileRoots>()));
        services.AddSingleton<ModelDirectory>().AddSingleton<AnswerDesk>().AddSingleton<TextAnswers>().AddSingleton<AnswerWriter>();
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
        bus.AddReceiveEndpointObserver<AnswerAddress>();
        bus.AddRequestClient<ListModels>(Routes.ToQueue(Routes.QueueOf(typeof(ListModels))));
        bus.AddRequestClient<TraceLineage>(Routes.ToQueue(Routes.QueueOf(typeof(TraceLineage))));
        bus.AddBatches();
        bus.AddFineTuning();
        // After the bus: what the sweep sends needs somebody to go to.
        bus.AddHostedService<JobSweep>();
        bus.AddHostedService<ProgressFlush>();
    }

    /// <summary>Maps its routes and Studio's pages.</summary>
    public static void MapApplication(this IEndpointRouteBuilder app)
    {
        app.MapJobs();
        app.MapChains();
        app.MapGenerations();
        app.MapImports();
        app.MapOpenAI();
        app.MapFiles();
        app.MapUploads();
        app.MapBatches();
        app.MapFineTuning();
        app.MapOpenApi();
        app.MapScalarApiReference("/docs");
        app.MapStudio();
    }
}
