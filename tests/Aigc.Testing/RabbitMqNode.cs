using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Aigc.Testing;

/// <summary>
/// One RabbitMQ node as an ordinary process of this user: own home, ports, port mapper and folders, loopback only. The start script
/// of the package changes user and writes to /var/lib; the one below it does neither.
/// </summary>
internal sealed class RabbitMqNode : IAsyncDisposable
{
    private const string Script = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("aigc-rabbit-").FullName;
    private readonly int[] _ports = FreePorts(3);
    private Process? _process;

    private RabbitMqNode()
    {
        var home = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        var cookie = Path.Combine(home, ".erlang.cookie");
        File.WriteAllText(cookie, RandomNumberGenerator.GetHexString(24));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
        }

        File.WriteAllText(
            Path.Combine(_folder, "rabbitmq.conf"),
            $"""
            listeners.tcp.1 = 127.0.0.1:{_ports[0]}
            vm_memory_high_watermark.absolute = 1GiB
            disk_free_limit.absolute = 100MB
            log.file.level = info
            """);
        File.WriteAllText(Path.Combine(_folder, "enabled_plugins"), "[].");
    }

    public static bool IsInstalled => OperatingSystem.IsLinux() && File.Exists(Script);

    public Uri Address => new($"amqp://guest:guest@127.0.0.1:{_ports[0]}/");

    public static async Task<RabbitMqNode> Start()
    {
        var node = new RabbitMqNode();
        try
        {
            await node.Run();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process and waits until it takes connections.</summary>
    public async Task Run()
    {
        var start = new ProcessStartInfo("setsid") { ArgumentList = { "--wait", Script }, WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        var output = new List<string>();
        _process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        while (!await Answers(patience.Token))
        {
            if (_process.HasExited || patience.IsCancellationRequested)
            {
                throw new InvalidOperationException($"rabbitmq-server did not start: {string.Join('\n', output)}");
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>kill -9 of everything the node is, its port mapper aside.</summary>
    public async Task Kill()
    {
        foreach (var id in Own().ToList())
        {
            KillProcess(id);
        }

        if (_process is not null)
        {
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        // The port mapper outlives its node; it is known by the port only this node was given.
        foreach (var id in Processes("ERL_EPMD_PORT", $"{_ports[2]}").ToList())
        {
            KillProcess(id);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private IEnumerable<int> Own() => Processes("RABBITMQ_MNESIA_BASE", Mnesia).Where(id => !IsPortMapper(id));

    private string Mnesia => Path.Combine(_folder, "mnesia");

    private Dictionary<string, string> Environment() => new()
    {
        ["HOME"] = Path.Combine(_folder, "home"),
        ["LANG"] = "C.UTF-8",
        ["RABBITMQ_NODENAME"] = $"aigc{_ports[0]}@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{_ports[0]}",
        ["RABBITMQ_DIST_PORT"] = $"{_ports[1]}",
        ["ERL_EPMD_PORT"] = $"{_ports[2]}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = Mnesia,
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(_folder, "pid"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        // Schedulers that spin while they wait take the processors the programs beside them need (RabbitMQ, runtime tuning: busy waiting).
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
    };

    private async Task<bool> Answers(CancellationToken ct)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, _ports[0], ct);
            // Half a handshake: a listening port may belong to a node that is still booting, an answer does not.
            await socket.GetStream().WriteAsync("AMQP\0\0\x09\x01"u8.ToArray(), ct);
            return await socket.GetStream().ReadAsync(new byte[1], ct) == 1;
        }
        catch (Exception refused) when (refused is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static void Keep(List<string> output, string? line)
    {
        lock (output)
        {
            output.Add(line ?? "");
        }
    }

    private static bool IsPortMapper(int id) => ReadProc(id, "cmdline").Contains("epmd", StringComparison.Ordinal);

    // By environment, which children inherit: the start script, the virtual machine and its helpers all carry it.
    private static IEnumerable<int> Processes(string variable, string value)
    {
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), out var id) && ReadProc(id, "environ").Split('\0').Contains($"{variable}={value}"))
            {
                yield return id;
            }
        }
    }

    private static string ReadProc(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void KillProcess(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }
}
