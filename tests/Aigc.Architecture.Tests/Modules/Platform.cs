using System.Collections.Concurrent;
using System.Reflection;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aigc.Architecture.Tests.Modules;

/// <summary>Every module wired into one host that is never started, and what its bus would listen to.</summary>
public sealed class Platform : IAsyncLifetime
{
    private readonly string _dataRoot = Directory.CreateTempSubdirectory("aigc-architecture-").FullName;
    private readonly ConcurrentDictionary<(string Queue, Type Message), byte> _consumed = [];
    private WebApplication _app = null!;

    /// <summary>Which queue consumes which message.</summary>
    public ILookup<Type, string> QueuesByMessage => _consumed.Keys.ToLookup(key => key.Message, key => key.Queue);

    /// <summary>Services of the host.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Modules that have a bus registration.</summary>
    public static IReadOnlyList<string> OnTheBus { get; } = [.. Repository.Services.Where(service => Wiring<IBusRegistrationConfigurator>(service).Any())];

    /// <inheritdoc />
    public ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = _dataRoot,
            ["Aigc:Gateway:InternalToken"] = new string('t', 32),
        });
        builder.AddServiceDefaults();
        foreach (var wire in Repository.Services.SelectMany(Wiring<IHostApplicationBuilder>))
        {
            Call(wire, builder);
        }

        builder.AddBus(bus =>
        {
            bus.AddConfigureEndpointsCallback((_, name, endpoint) => Observe(name, endpoint));
            foreach (var wire in OnTheBus.SelectMany(Wiring<IBusRegistrationConfigurator>))
            {
                Call(wire, bus);
            }
        });
        _app = builder.Build();
        _app.Services.GetRequiredService<IBusControl>();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_dataRoot, recursive: true);
    }

    private static IEnumerable<MethodInfo> Wiring<TBuilder>(string service) =>
        from type in Repository.AssemblyOf(service).GetTypes()
        where type.IsAbstract && type.IsSealed && type.Name == $"{service}Module"
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        let parameters = method.GetParameters()
        where parameters.Length > 0 && parameters[0].ParameterType == typeof(TBuilder) && parameters.Skip(1).All(parameter => parameter.HasDefaultValue)
        select method;

    private static void Call(MethodInfo wiring, object builder) =>
        wiring.Invoke(null, [builder, .. wiring.GetParameters().Skip(1).Select(parameter => parameter.DefaultValue)]);

    private void Observe(string queue, IReceiveEndpointConfigurator endpoint)
    {
        var observer = new Observer(message => _consumed.TryAdd((queue, message), 0));
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }

    private sealed class Observer(Action<Type> consumed) : IConsumerConfigurationObserver, ISagaConfigurationObserver
    {
        public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
            where TConsumer : class
        {
        }

        public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
            where TConsumer : class
            where TMessage : class => consumed(typeof(TMessage));

        public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
            where TSaga : class, ISaga
        {
        }

        public void StateMachineSagaConfigured<TInstance>(ISagaConfigurator<TInstance> configurator, SagaStateMachine<TInstance> stateMachine)
            where TInstance : class, ISaga, SagaStateMachineInstance
        {
        }

        public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
            where TSaga : class, ISaga
            where TMessage : class => consumed(typeof(TMessage));
    }
}
