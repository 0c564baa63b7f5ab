using Aigc.Contracts.ModelTraining;
using Aigc.ModelTraining.Fitting;
using Aigc.ModelTraining.Imports;
using Aigc.ModelTraining.Runs;
using Aigc.ModelTraining.Supervision;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage;
using MassTransit;

namespace Aigc.ModelTraining;

/// <summary>From datasets, or from what others published, to a registered model: the sagas, the supervised trainer process and the downloads.</summary>
public static class ModelTrainingModule
{
    /// <summary>Adds the module's services.</summary>
    public static IHostApplicationBuilder AddModelTraining(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<SupervisionOptions>()
            .Bind(builder.Configuration.GetSection("Aigc:ModelTraining"))
            .Validate(o => o.Threads is null or > 0, "Aigc:ModelTraining:Threads must be positive.")
            .Validate(o => o.MaxCrashesInPlace >= 0, "Aigc:ModelTraining:MaxCrashesInPlace must not be negative.")
            .Validate(o => o.ValidationBytes > 0, "Aigc:ModelTraining:ValidationBytes must be positive.")
            .ValidateOnStart();
        builder.Services.AddOptions<ImportOptions>()
            .Bind(builder.Configuration.GetSection("Aigc:Imports"))
            .Validate(o => o.Hub is { IsAbsoluteUri: true, Scheme: "http" or "https" }, "Aigc:Imports:Hub must be an http or https address.")
            .Validate(o => o is { MaxFiles: > 0, MaxBytes: > 0, StallSeconds: > 0, MaxRetries: >= 0 } && o.RetryPause > TimeSpan.Zero && o.SweepEvery > TimeSpan.Zero,
                "Aigc:Imports: MaxFiles, MaxBytes, StallSeconds, RetryPause and SweepEvery must be positive, MaxRetries not negative.")
            .ValidateOnStart();
        builder.Services.AddSingleton<Retries>();
        builder.Services.AddSingleton<ImportFolders>();
        builder.Services.AddDocuments<TrainedModel>("trained-models");
        builder.Services.AddSingleton<TrainerLocation>();
        builder.Services.AddSingleton<TrainerSupervisor>();
        return builder;
    }

    /// <summary>Adds the module's sagas and work. One model is fitted at a time: a trainer takes all processors it is given.</summary>
    public static IBusRegistrationConfigurator AddModelTraining(this IBusRegistrationConfigurator bus)
    {
        bus.AddProcess<TrainingRunStateMachine, TrainingRun, TrainModel>();
        bus.AddWork<FitModel, FitModelWork>(concurrency: 1);
        bus.AddProcess<ImportRunStateMachine, ImportRun, ImportModel>();
        bus.AddWork<FetchModel, FetchModelWork>(concurrency: 2);
        bus.AddHostedService<ImportSweep>();
        bus.AddBroadcastConsumer<ShownModels>(ShownModels.Name);
        return bus;
    }

    /// <summary>Maps <c>/api/training/runs</c>.</summary>
    public static IEndpointRouteBuilder MapModelTraining(this IEndpointRouteBuilder app)
    {
        RunRoutes.Map(app);
        return app;
    }
}
