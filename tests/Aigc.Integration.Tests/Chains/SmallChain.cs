using System.Security.Cryptography;

namespace Aigc.Integration.Tests.Chains;

/// <summary>
/// A chain that goes through every link in well under a minute, on real text: a few of the reference files every SDK carries.
/// </summary>
internal sealed class SmallChain : IDisposable
{
    public const int Answers = 2;

    public SmallChain()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        File.WriteAllText(
            Path.Combine(Folder, "chain.yaml"),
            $$"""
            name: small
            data:
              sources:
                - kind: directory
                  path: {{ReferencePack()}}
                  include: ["System.Collections*.xml", "System.Linq*.xml", "System.Net.Http.xml", "System.Threading*.xml"]
              prepare: { preset: fineweb, languages: [en], nearDuplicates: 0.8, maxDocuments: 400 }
            annotation: { task: instruction, labelers: [rules, statistical], overlap: 2, onDisagreement: continue, sample: 120 }
            training: { tier: small, from: scratch, shape: nano, budget: { minutes: 2, steps: 60 }, gate: { betterThan: none } }
            generation: { prompts: ["What is a list?", "How do threads wait?"], maxTokens: 24 }
            distribution:
              channels:
                - { kind: folder, path: out/answers }
                - { kind: feed, path: out/feed.xml }
            """);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("aigc-chain-").FullName;

    public string DataRoot => Path.Combine(Folder, "data");

    public string Feed => Path.Combine(Folder, "out", "feed.xml");

    public string AnswersFolder => Path.Combine(Folder, "out", "answers");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>The folder of reference files of the running SDK.</summary>
    public static string ReferencePack()
    {
        var dotnet = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!).Parent!.Parent!.Parent!.FullName;
        var pack = Directory.GetDirectories(Path.Combine(dotnet, "packs", "Microsoft.NETCore.App.Ref")).Order(StringComparer.Ordinal).Last();
        return Directory.GetDirectories(Path.Combine(pack, "ref")).Single();
    }
}
