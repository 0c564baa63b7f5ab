using Aigc.Inference.Tests.Serving;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Inference.Tests.Generations;

/// <summary>The module's consumers on MassTransit's in-memory bus, with real models.</summary>
internal sealed class PoolHarness : IAsyncDisposable
{
    public required TestWorker Worker { get; init; }

    public required ITestHarness Bus { get; init; }

    public static async Task<PoolHarness> Start(Dictionary<string, string?>? settings = null)
    {
        var worker = new TestWorker(settings, services => services.AddMassTransitTestHarness(bus => bus.AddInference()));
        // The log context is static: without this a second harness in the process writes to the first one's disposed loggers.
        LogContext.ConfigureCurrentLogContext(worker.Services.GetRequiredService<ILoggerFactory>());
        var bus = worker.Services.GetRequiredService<ITestHarness>();
        await bus.Start();
        return new() { Worker = worker, Bus = bus };
    }

    public async ValueTask DisposeAsync()
    {
        await Bus.Stop();
        await Worker.DisposeAsync();
    }
}
