using System.ServiceModel.Syndication;
using System.Xml;
using Aigc.Integration.Tests.Platform;

namespace Aigc.Integration.Tests.Chains;

/// <summary>What must hold of a chain that has succeeded, however often it was killed on the way.</summary>
internal static class ChainOutcome
{
    /// <summary>One file and one feed entry for every answer, and nothing half-written beside them.</summary>
    public static void HasOnePublicationForEveryAnswer(SmallChain chain)
    {
        Assert.Equal(SmallChain.Answers, Directory.GetFiles(chain.AnswersFolder, "*.md").Length);
        Assert.Equal(SmallChain.Answers, Directory.GetFileSystemEntries(chain.AnswersFolder).Length);
        using var reader = XmlReader.Create(chain.Feed);
        var entries = SyndicationFeed.Load(reader).Items.ToArray();
        Assert.Equal(SmallChain.Answers, entries.Length);
        Assert.Equal(entries.Length, entries.Select(entry => entry.Id).Distinct().Count());
    }

    /// <summary>The digest the summary names.</summary>
    public static string DatasetDigest(RunningProgram finished)
    {
        var marker = "  dataset: ";
        var line = finished.Output.Split('\n').FirstOrDefault(line => line.Contains(marker, StringComparison.Ordinal));
        Assert.True(line is not null, "The summary names no dataset digest:\n" + finished.Output);
        return line[(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..].Trim();
    }
}
