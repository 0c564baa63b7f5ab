using System.Threading.Channels;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.DataSupply.Tests.Builds;

/// <summary>The module on an in-memory bus with an embedded store in a folder.</summary>
internal sealed class BuildHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<object> _outcomes = Channel.CreateUnbounded<object>();

    private BuildHost(string folder, int workers)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Aigc:DataRoot", Path.Combine(folder, "root")),
            new("Aigc:Gateway:InternalToken", new string('t', 32)),
            new("Aigc:Files:Roots:0", folder),
            new("Aigc:DataSupply:Workers", workers.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ]);
        builder.AddServiceDefaults();
        builder.AddDataSupply();
        builder.Services.AddSingleton(_outcomes.Writer);
        builder.AddBus(bus =>
        {
            bus.AddDataSupply();
            bus.AddQueueConsumer<Outcomes>("test.outcomes");
        });
        _app = builder.Build();
        _app.UseServiceDefaults();
        _app.MapDataSupply();
    }

    public static async Task<BuildHost> Start(string folder, int workers = 2)
    {
        var host = new BuildHost(folder, workers);
        LogContext.ConfigureCurrentLogContext(host._app.Services.GetRequiredService<ILoggerFactory>());
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Sends the command and waits for how the build ends.</summary>
    public Task<object> Build(string input, PrepareSpec prepare, string name = "corpus", Guid? id = null) =>
        Build(new DataSource { Kind = "directory", Path = input }, prepare, name, id);

    /// <summary>Sends the command and waits for how the build ends.</summary>
    public async Task<object> Build(DataSource source, PrepareSpec prepare, string name = "corpus", Guid? id = null)
    {
        var build = id ?? Guid.NewGuid();
        await _app.Services.GetRequiredService<ICommands>().Send(new BuildDataset
        {
            BuildId = build,
            Job = new JobLink { RootId = build, Tenant = "tenant-a" },
            Name = name,
            Sources = [source],
            Prepare = prepare,
        });
        return await _outcomes.Reader.ReadAsync(TestContext.Current.CancellationToken);
    }

    public async Task<HttpResponseMessage> Get(string path, string tenant = "tenant-a")
    {
        using var client = new HttpClient { BaseAddress = new(_app.Urls.First()) };
        client.DefaultRequestHeaders.Add("x-aigc-internal", new string('t', 32));
        client.DefaultRequestHeaders.Add("x-aigc-tenant", tenant);
        return await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private sealed class Outcomes(ChannelWriter<object> outcomes) : IConsumer<DatasetBuilt>, IConsumer<DatasetBuildFailed>
    {
        public Task Consume(ConsumeContext<DatasetBuilt> context) => outcomes.WriteAsync(context.Message).AsTask();

        public Task Consume(ConsumeContext<DatasetBuildFailed> context) => outcomes.WriteAsync(context.Message).AsTask();
    }
}
