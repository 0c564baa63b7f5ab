using Aigc.ServiceDefaults.Bus;
using Aigc.Storage;
using Aigc.Storage.Sagas;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.ServiceDefaults.Sagas;

/// <summary>Adds processes to the bus.</summary>
public static class SagaRegistration
{
    /// <summary>Adds a saga on the queue of the command that starts it, stored in the collection of the same name, with its sweep.</summary>
    public static void AddProcess<TMachine, TSaga, TStart>(this IBusRegistrationConfigurator bus)
        where TMachine : ProcessStateMachine<TSaga>
        where TSaga : ProcessSaga
        where TStart : class
    {
        var queue = Routes.QueueOf(typeof(TStart));
        bus.AddDocuments<TSaga>(queue, saga => saga.Due, saga => saga.Tenant, saga => saga.CreatedAt, saga => saga.CurrentState);
        bus.AddSingleton(new SagaQueue<TSaga>(queue));
        bus.AddHostedService<DueSweeper<TSaga>>();
        bus.AddSagaStateMachine<TMachine, TSaga, ProcessSagaDefinition<TSaga>>()
            .StoreAsDocuments()
            .Endpoint(endpoint =>
            {
                endpoint.Name = queue;
                endpoint.ConcurrentMessageLimit = 16;
                endpoint.PrefetchCount = 64;
            });
    }
}

/// <summary>How the endpoint of a process treats messages.</summary>
internal sealed class ProcessSagaDefinition<TSaga> : SagaDefinition<TSaga>
    where TSaga : ProcessSaga
{
    protected override void ConfigureSaga(IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<TSaga> sagaConfigurator, IRegistrationContext context)
    {
        // Lost compare-and-swaps are tried again at once. What the saga sends leaves after it is saved: a crash in between is the sweep's.
        endpointConfigurator.UseMessageRetry(retry =>
        {
            retry.Handle<SagaConcurrencyException>();
            retry.Intervals([.. Enumerable.Range(1, 20).Select(i => TimeSpan.FromMilliseconds(5 * i))]);
        });
        endpointConfigurator.UseInMemoryOutbox(context);
    }
}
