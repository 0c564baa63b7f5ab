using System.Net;
using System.Net.Sockets;
using Aigc.Integration.Tests.Chains;
using Aigc.Integration.Tests.Faults;
using Aigc.Integration.Tests.Platform;

namespace Aigc.Integration.Tests.Batches;

public sealed class Killing_the_standalone_platform_under_a_batch
{
    [Fact]
    public async Task Loses_no_line_and_answers_none_twice()
    {
        using var chain = new SmallChain();
        var environment = new Dictionary<string, string>(BatchClient.Quick) { ["Aigc__DataRoot"] = chain.DataRoot };
        await using (var run = RunningProgram.Start("Aigc.Standalone", chain.Folder, environment, "run", "chain.yaml"))
        {
            Assert.True(await run.Exit(BatchClient.ChainPatience) == 0, run.Output);
        }

        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var platform = Serve();
        try
        {
            using var client = new BatchClient(address, (await File.ReadAllTextAsync(Path.Combine(chain.DataRoot, "api-key"))).Trim());
            var batch = await client.Start("small", BatchClient.Lines);
            var random = new Random(Kills.Seed);
            for (var kill = 0; kill < Kills.Count && !(await client.Look(batch) is { } seen && BatchClient.HasEnded(seen)); kill++)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 7)));
                await platform.DisposeAsync();
                platform = Serve();
            }

            await client.HasOneAnswerForEveryLine(await client.End(batch, BatchClient.Patience), BatchClient.Lines);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"seed {Kills.Seed}\n{platform.Output}", failure);
        }
        finally
        {
            await platform.DisposeAsync();
        }

        RunningProgram Serve() => RunningProgram.Start("Aigc.Standalone", chain.Folder, environment, "--url", address.ToString());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
