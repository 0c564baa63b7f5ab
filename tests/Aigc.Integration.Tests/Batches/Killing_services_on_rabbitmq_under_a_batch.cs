using Aigc.Integration.Tests.Chains;
using Aigc.Integration.Tests.Faults;
using Aigc.Integration.Tests.Platform;
using Aigc.Testing;

namespace Aigc.Integration.Tests.Batches;

public sealed class Killing_services_on_rabbitmq_under_a_batch(RabbitMqFixture broker) : IClassFixture<RabbitMqFixture>
{
    [Fact]
    public async Task Loses_no_line_and_answers_none_twice()
    {
        using var chain = new SmallChain();
        await using var services = new ServiceProcesses(broker.Address, chain.Folder, chain.DataRoot, BatchClient.Quick);
        await services.Start();
        var key = (await File.ReadAllTextAsync(Path.Combine(chain.DataRoot, "api-key"))).Trim();
        await using (var run = RunningProgram.Start(
            "Aigc.Standalone",
            chain.Folder,
            new Dictionary<string, string> { ["Aigc__DataRoot"] = Path.Combine(chain.Folder, "client") },
            "run", "chain.yaml", "--server", services.Gateway.ToString(), "--key", key))
        {
            Assert.True(await run.Exit(BatchClient.ChainPatience) == 0, $"{run.Output}\n{services.Logs()}");
        }

        using var client = new BatchClient(services.Gateway, key);
        var batch = await client.Start("small", BatchClient.Lines);
        string[] victims = ["Application", "Inference", "Application", "Orchestration", "Inference", "Gateway"];
        var random = new Random(Kills.Seed);
        for (var kill = 0; kill < Kills.Count && !(await client.Look(batch) is { } seen && BatchClient.HasEnded(seen)); kill++)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.5 + (random.NextDouble() * 4)));
            if (kill == 3)
            {
                await broker.Kill();
                await broker.Restart();
                continue;
            }

            var victim = victims[random.Next(victims.Length)];
            await services.Kill(victim);
            services.Start(victim);
        }

        try
        {
            await client.HasOneAnswerForEveryLine(await client.End(batch, BatchClient.Patience), BatchClient.Lines);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"seed {Kills.Seed}\n{services.Logs()}", failure);
        }
    }
}
