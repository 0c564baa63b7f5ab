using Aigc.Integration.Tests.Chains;
using Aigc.Integration.Tests.Platform;

namespace Aigc.Integration.Tests.Faults;

public sealed class Killing_the_standalone_platform
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task At_random_moments_changes_neither_the_dataset_nor_the_number_of_publications()
    {
        using var undisturbed = new SmallChain();
        await using var reference = Run(undisturbed);
        Assert.True(await reference.Exit(Patience) == 0, reference.Output);
        ChainOutcome.HasOnePublicationForEveryAnswer(undisturbed);

        using var chain = new SmallChain();
        var random = new Random(Kills.Seed);
        for (var kill = 0; kill < Kills.Count; kill++)
        {
            await using var victim = Run(chain);
            if (await victim.ExitsWithin(TimeSpan.FromSeconds(1 + (random.NextDouble() * 8))))
            {
                // Done already: the kills that are left hit runs that find everything made.
                Assert.True(victim.ExitCode == 0, victim.Output);
            }

            await victim.Kill();
        }

        await using var survivor = Run(chain);
        Assert.True(await survivor.Exit(Patience) == 0, $"seed {Kills.Seed}\n{survivor.Output}");
        ChainOutcome.HasOnePublicationForEveryAnswer(chain);
        Assert.Equal(ChainOutcome.DatasetDigest(reference), ChainOutcome.DatasetDigest(survivor));
    }

    private static RunningProgram Run(SmallChain chain) => RunningProgram.Start(
        "Aigc.Standalone",
        chain.Folder,
        new Dictionary<string, string> { ["Aigc__DataRoot"] = chain.DataRoot },
        "run", "chain.yaml");
}
