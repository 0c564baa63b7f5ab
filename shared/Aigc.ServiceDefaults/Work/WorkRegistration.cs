using Aigc.ServiceDefaults.Bus;
using Aigc.Storage;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aigc.ServiceDefaults.Work;

/// <summary>Adds long work to the bus.</summary>
public static class WorkRegistration
{
    /// <summary>Adds a kind of work: its command's queue, its records, and a runner in this process.</summary>
    public static void AddWork<TCommand, TWork>(this IBusRegistrationConfigurator bus, int concurrency = 1)
        where TCommand : class
        where TWork : class, IWork<TCommand>
    {
        bus.TryAddSingleton<IWork<TCommand>, TWork>();
        bus.TryAddSingleton<WorkSignal<TCommand>>();
        bus.AddSingleton(new WorkConcurrency<TCommand>(concurrency));
        bus.AddHostedService<WorkRunner<TCommand>>();
        bus.AddCommandConsumer<WorkConsumer<TCommand>, TCommand>();
    }

    internal static void AddWorkCancellation(this IBusRegistrationConfigurator bus)
    {
        bus.AddOptions<WorkOptions>().BindConfiguration("Aigc:Work");
        bus.AddDocuments<WorkRecord>("work", record => record.ClaimableAt, record => record.JobId, record => record.Kind);
        bus.AddDocuments<CancelledJob>("work-cancelled");
        bus.AddQueueConsumer<WorkCancellation>("work.cancellation");
    }
}
