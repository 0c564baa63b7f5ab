using Aigc.Integration.Tests.Platform;

namespace Aigc.Integration.Tests.Chains;

/// <summary>Bad input as a person meets it: at the command line, with one sentence and an exit code.</summary>
public sealed class A_chain_that_cannot_work : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigc-bad-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Because_of_its_file_is_refused_with_every_line_and_key_at_fault()
    {
        var said = await Run(
            """
            name: bad
            data:
              sources: [ { kind: directory, pth: /tmp } ]
              prepare: { preset: finweb }
            """);

        Assert.Contains("line 3, column 33: data.sources[0].pth: unknown key; did you mean 'path'?", said, StringComparison.Ordinal);
        Assert.Contains("data.prepare.preset: 'finweb' is not known", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Because_its_data_filter_down_to_nothing_names_the_rule_and_survives_every_kind_of_broken_file()
    {
        var input = Directory.CreateDirectory(Path.Combine(_folder, "in")).FullName;
        await File.WriteAllTextAsync(Path.Combine(input, "short.txt"), "too short");
        await File.WriteAllBytesAsync(Path.Combine(input, "empty.txt"), []);
        await File.WriteAllBytesAsync(Path.Combine(input, "binary.txt"), [0xff, 0xfe, 0x00, 0x01]);
        await File.WriteAllTextAsync(Path.Combine(input, "bomb.xml"), """<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><doc><members>&c;</members></doc>""");
        await File.WriteAllTextAsync(Path.Combine(input, "open.html"), "<html><body><p>never closed");
        File.CreateSymbolicLink(Path.Combine(input, "out.txt"), "/etc/passwd");
        await using (var large = File.Create(Path.Combine(input, "large.txt")))
        {
            large.SetLength(1L << 30);
        }

        var said = await Run("name: empty\ndata: { sources: [ { kind: directory, path: in } ] }\n");

        Assert.Contains("The chain stopped at data supply: None of", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("training: { shape: nano, budget: { minutes: 0.00001 } }", "too small to finish one step")]
    [InlineData("generation: { prompts: [PROMPT], maxTokens: 4 }", "this model takes 128 tokens")]
    [InlineData("generation: { prompts: [hi], maxTokens: 4 }\ndistribution: { channels: [ { kind: folder, path: /proc/nowhere } ] }", "cannot be written")]
    public async Task Because_of_a_later_link_says_which_and_what_to_do(string rest, string expected)
    {
        var training = rest.StartsWith("training", StringComparison.Ordinal) ? "" : "training: { shape: nano, budget: { minutes: 1, steps: 4 }, gate: { betterThan: none } }\n";
        var prompt = string.Join(' ', Enumerable.Repeat("word", 2000));
        var said = await Run(
            $$"""
            name: late
            data: { sources: [ { kind: directory, path: {{SmallChain.ReferencePack()}}, include: ["System.Collections*.xml", "System.Linq*.xml"] } ] }
            {{training}}{{rest.Replace("PROMPT", prompt, StringComparison.Ordinal)}}
            """);

        Assert.Contains("The chain stopped at", said, StringComparison.Ordinal);
        Assert.Contains(expected, said, StringComparison.Ordinal);
    }

    private async Task<string> Run(string chain)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "chain.yaml"), chain);
        await using var run = RunningProgram.Start(
            "Aigc.Standalone", _folder, new Dictionary<string, string> { ["Aigc__DataRoot"] = Path.Combine(_folder, "data") }, "run", "chain.yaml");
        Assert.True(await run.Exit(TimeSpan.FromMinutes(3)) == 1, run.Output);
        return run.Output;
    }
}
