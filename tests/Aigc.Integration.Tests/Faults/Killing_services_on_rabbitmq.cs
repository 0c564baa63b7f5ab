using Aigc.Integration.Tests.Bus;
using Aigc.Integration.Tests.Chains;
using Aigc.Integration.Tests.Platform;
using Aigc.Testing;

namespace Aigc.Integration.Tests.Faults;

public sealed class Killing_services_on_rabbitmq(RabbitMqFixture broker) : IClassFixture<RabbitMqFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task And_the_broker_once_loses_no_step_of_a_chain_and_a_plain_client_is_answered_by_its_model()
    {
        using var chain = new SmallChain();
        await using var services = new ServiceProcesses(broker.Address, chain.Folder, chain.DataRoot);
        await services.Start();
        var key = (await File.ReadAllTextAsync(Path.Combine(chain.DataRoot, "api-key"))).Trim();
        await using var run = RunningProgram.Start(
            "Aigc.Standalone",
            chain.Folder,
            new Dictionary<string, string> { ["Aigc__DataRoot"] = Path.Combine(chain.Folder, "client") },
            "run", "chain.yaml", "--server", services.Gateway.ToString(), "--key", key);

        // The application holds the stream this client reads; the client goes on after it is back.
        var victims = ServiceProcesses.Workers;
        var random = new Random(Kills.Seed);
        for (var kill = 0; kill < Kills.Count; kill++)
        {
            if (await run.ExitsWithin(TimeSpan.FromSeconds(1 + (random.NextDouble() * 4))))
            {
                break;
            }

            if (kill == 1)
            {
                await broker.Kill();
                await broker.Restart();
                continue;
            }

            var victim = victims[random.Next(victims.Count)];
            await services.Kill(victim);
            services.Start(victim);
        }

        var code = await run.Exit(Patience);
        Assert.True(code == 0, $"seed {Kills.Seed}\n{run.Output}\n{services.Logs()}");
        ChainOutcome.HasOnePublicationForEveryAnswer(chain);
        using var answer = await PlainAmqpClient.Ask(broker.Address, """{"model":"small","prompt":"A list is","max_tokens":4,"seed":1}""");
        Assert.Equal("succeeded", answer.RootElement.GetProperty("status").GetString());
    }
}
