using System.Net;
using System.Net.Sockets;

namespace Aigc.Integration.Tests.Platform;

/// <summary>
/// The distributed platform: every service a process of its own on RabbitMQ. They share one embedded store file and one folder of
/// artifacts, which several processes on one host may.
/// </summary>
internal sealed class ServiceProcesses : IAsyncDisposable
{
    /// <summary>Every service but the door.</summary>
    public static IReadOnlyList<string> Workers { get; } =
        ["DataSupply", "Annotation", "ModelTraining", "Inference", "Distribution", "Orchestration", "Application"];

    private readonly Dictionary<string, RunningProgram> _running = [];
    private readonly Dictionary<string, int> _ports = [];
    private readonly Dictionary<string, string> _environment;
    private readonly string _folder;

    public ServiceProcesses(Uri broker, string folder, string dataRoot, IReadOnlyDictionary<string, string>? settings = null)
    {
        _folder = folder;
        _environment = new Dictionary<string, string>
        {
            ["Aigc__DataRoot"] = dataRoot,
            ["Aigc__Bus__Transport"] = "RabbitMq",
            ["Aigc__Bus__RabbitMq"] = broker.ToString(),
            ["Aigc__Bus__StepTimeout"] = "00:00:05",
            ["Aigc__Gateway__InternalToken"] = Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N"),
            ["Aigc__Files__Roots__0"] = "/",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            _environment[name] = value;
        }

        foreach (var service in Workers.Append("Gateway"))
        {
            _ports[service] = FreePort();
        }

        foreach (var service in Workers)
        {
            _environment[$"Aigc__Gateway__Upstreams__{Kebab(service)}"] = $"http://127.0.0.1:{_ports[service]}";
        }
    }

    public Uri Gateway => new($"http://127.0.0.1:{_ports["Gateway"]}");

    /// <summary>Starts every service and waits until each is ready.</summary>
    public async Task Start()
    {
        foreach (var service in Workers.Append("Gateway"))
        {
            Start(service);
        }

        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        foreach (var service in Workers.Append("Gateway"))
        {
            await Ready(http, service);
        }
    }

    /// <summary>Starts one service, again after it was killed.</summary>
    public void Start(string service) => _running[service] = RunningProgram.Start(
        $"Aigc.{service}",
        _folder,
        new Dictionary<string, string>(_environment) { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_ports[service]}" });

    /// <summary>kill -9.</summary>
    public Task Kill(string service) => _running[service].Kill();

    /// <summary>What every service has logged.</summary>
    public string Logs() => string.Join('\n', _running.Select(service => $"== {service.Key}\n{service.Value.Output}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _running.Values)
        {
            await program.DisposeAsync();
        }
    }

    private async Task Ready(HttpClient http, string service)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            try
            {
                using var response = await http.GetAsync($"http://127.0.0.1:{_ports[service]}/health/ready");
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
                // It is still starting.
            }

            await Task.Delay(200);
        }

        throw new TimeoutException($"{service} was not ready:\n{_running[service].Output}");
    }

    private static string Kebab(string service) => service switch
    {
        "DataSupply" => "data-supply",
        "ModelTraining" => "model-training",
        _ => service.ToLowerInvariant(),
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
