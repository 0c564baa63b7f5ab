using System.Text.RegularExpressions;
using Aigc.Integration.Tests.Chains;

namespace Aigc.Integration.Tests.Platform;

public sealed partial class Keys_on_the_command_line
{
    [Fact]
    public async Task Are_made_shown_and_ended()
    {
        using var chain = new SmallChain();

        var made = await Run(chain, 0, "create", "--name", "notebook", "--scope", "generate", "--scope", "look", "--days", "7");
        var id = Id().Match(made).Value;
        var listed = await Run(chain, 0, "list");
        var revoked = await Run(chain, 0, "revoke", id);
        var unknown = await Run(chain, 1, "revoke", "key_unknown");

        Assert.Matches("sk-aigc-[A-Za-z0-9_-]{43}", made);
        Assert.Matches($"{id}\tsk-aigc-.*\tactive\tgenerate look\t.*\tnotebook", listed);
        Assert.DoesNotMatch("sk-aigc-[A-Za-z0-9_-]{43}", listed);
        Assert.Contains($"{id} is revoked.", revoked, StringComparison.Ordinal);
        Assert.Contains("There is no key 'key_unknown'.", unknown, StringComparison.Ordinal);
    }

    private static async Task<string> Run(SmallChain chain, int code, params string[] arguments)
    {
        var environment = new Dictionary<string, string> { ["Aigc__DataRoot"] = chain.DataRoot };
        await using var program = RunningProgram.Start("Aigc.Standalone", chain.Folder, environment, ["keys", .. arguments]);
        Assert.True(await program.Exit(TimeSpan.FromMinutes(2)) == code, program.Output);
        return program.Output;
    }

    [GeneratedRegex("key_[0-9a-f]{28}")]
    private static partial Regex Id();
}
