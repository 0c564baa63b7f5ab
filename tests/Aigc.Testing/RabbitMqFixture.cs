using Testcontainers.RabbitMq;

namespace Aigc.Testing;

/// <summary>
/// A real RabbitMQ for tests: the one <c>AIGC_TEST_RABBITMQ</c> names (an <c>amqp://</c> address), an ordinary process of the
/// installed rabbitmq-server, or a container. Without any of them the tests that need it skip and say so.
/// </summary>
public sealed class RabbitMqFixture : IAsyncLifetime
{
    private RabbitMqNode? _node;
    private RabbitMqContainer? _container;
    private Uri? _address;
    private string _why = "No RabbitMQ here: install rabbitmq-server (./test.sh does), have Docker running, or set AIGC_TEST_RABBITMQ.";

    /// <summary>Address of the broker; the test skips without one.</summary>
    public Uri Address
    {
        get
        {
            Assert.SkipWhen(_address is null, _why);
            return _address!;
        }
    }

    /// <summary>Starts the broker.</summary>
    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("AIGC_TEST_RABBITMQ") is { Length: > 0 } named)
        {
            _address = new Uri(named);
        }
        else if (RabbitMqNode.IsInstalled)
        {
            _node = await RabbitMqNode.Start();
            _address = _node.Address;
        }
        else if (File.Exists("/var/run/docker.sock") || Environment.GetEnvironmentVariable("DOCKER_HOST") is not null)
        {
            await StartContainer();
        }
    }

    /// <summary>Kills the broker without a word (kill -9). Skips where the broker is not ours to kill.</summary>
    public async Task Kill()
    {
        Assert.SkipWhen(_node is null, "The broker of this run is not a process of ours: it is not killed.");
        await _node!.Kill();
    }

    /// <summary>Starts a killed broker again, with what it kept on disk, on the same port.</summary>
    public Task Restart() => _node!.Run();

    /// <summary>Ends the broker and removes everything it wrote.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
    }

    private async Task StartContainer()
    {
        try
        {
            _container = new RabbitMqBuilder("rabbitmq:4.2").Build();
            await _container.StartAsync();
            _address = new Uri(_container.GetConnectionString());
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _why += $" Docker did not start one: {failure.Message}";
        }
    }
}
