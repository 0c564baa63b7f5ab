using Aigc.ServiceDefaults.Work;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Bus;

/// <summary>The one place where the bus is wired.</summary>
public static class BusRegistration
{
    /// <summary>Adds the bus with the consumers and sagas of the given modules.</summary>
    public static IHostApplicationBuilder AddBus(this IHostApplicationBuilder builder, Action<IBusRegistrationConfigurator> modules)
    {
        builder.Services.AddOptions<BusOptions>()
            .Bind(builder.Configuration.GetSection("Aigc:Bus"))
            .Validate(o => o.Transport != BusTransport.RabbitMq || o.RabbitMq is not null, "Aigc:Bus:RabbitMq (amqp://user:password@host:port/vhost) is required for RabbitMq.")
            // Left out, the client would try the account that every broker is delivered with.
            .Validate(o => o.Transport != BusTransport.RabbitMq || o.RabbitMq?.UserInfo.Split(':') is null or [not "", not ""], "Aigc:Bus:RabbitMq must name its user and password: amqp://user:password@host:port/vhost.")
            .ValidateOnStart();
        builder.Services.AddSingleton<ICommands, BusCommands>();
        builder.Services.AddSingleton<Http.AdministrativeActs>().AddSingleton<Resending>();
        // Publishing before the queues are bound loses messages.
        builder.Services.AddOptions<MassTransitHostOptions>().Configure(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(20);
        });

        var bus = builder.Configuration.GetSection("Aigc:Bus").Get<BusOptions>() ?? new BusOptions();
        builder.Services.AddMassTransit(configurator =>
        {
            configurator.SetKebabCaseEndpointNameFormatter();
            configurator.AddConfigureEndpointsCallback(ConfigureEndpoint);
            configurator.AddWorkCancellation();
            modules(configurator);
            if (bus.Transport == BusTransport.RabbitMq)
            {
                configurator.UsingRabbitMq((context, rabbit) =>
                {
                    rabbit.Host(context.GetRequiredService<IOptions<BusOptions>>().Value.RabbitMq!);
                    rabbit.ConfigureEndpoints(context);
                });
            }
            else
            {
                configurator.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
            }
        });
        return builder;
    }

    /// <summary>Adds a consumer of one command, on the command's own queue.</summary>
    /// <param name="bus">Bus being configured.</param>
    /// <param name="concurrency">Messages handled at once in this process. Small numbers are also the prefetch: a busy process must not hoard work.</param>
    public static void AddCommandConsumer<TConsumer, TCommand>(this IBusRegistrationConfigurator bus, int concurrency = 16)
        where TConsumer : class, IConsumer<TCommand>
        where TCommand : class => bus.AddQueueConsumer<TConsumer>(Routes.QueueOf(typeof(TCommand)), concurrency);

    /// <summary>Adds a consumer on a named queue that its service's processes share: each message is handled once.</summary>
    public static void AddQueueConsumer<TConsumer>(this IBusRegistrationConfigurator bus, string queue, int concurrency = 16)
        where TConsumer : class, IConsumer =>
        bus.AddConsumer<TConsumer>().Endpoint(endpoint =>
        {
            endpoint.Name = queue;
            endpoint.ConcurrentMessageLimit = concurrency;
            endpoint.PrefetchCount = concurrency < 16 ? concurrency : 64;
        });

    /// <summary>Adds a consumer every process has a queue of its own for, which goes when the process goes.</summary>
    public static void AddBroadcastConsumer<TConsumer>(this IBusRegistrationConfigurator bus, string name)
        where TConsumer : class, IConsumer =>
        bus.AddConsumer<TConsumer>().Endpoint(endpoint =>
        {
            endpoint.Name = $"{Routes.TemporaryPrefix}{name}.{ProcessIdentity.Current}";
            endpoint.Temporary = true;
        });

    private static void ConfigureEndpoint(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint)
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit && !name.StartsWith(Routes.TemporaryPrefix, StringComparison.Ordinal))
        {
            rabbit.SetQuorumQueue();
        }

        if (name != FaultNotes.Keeper && !name.StartsWith(Routes.TemporaryPrefix, StringComparison.Ordinal))
        {
            endpoint.ConfigureError(error =>
            {
                error.UseFilter(new GenerateFaultFilter());
                error.UseFilter(new FaultNotes(context, name));
                error.UseFilter(new ErrorTransportFilter());
            });
        }

        // Milliseconds to seconds only: whatever takes longer is the due-time sweep's. Problems are answers, not accidents.
        endpoint.UseMessageRetry(retry =>
        {
            retry.Ignore<ProblemException>();
            retry.Exponential(6, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(60));
        });
    }
}
