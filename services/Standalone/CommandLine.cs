using System.CommandLine;
using System.CommandLine.Parsing;
using Aigc.Standalone.Chains;
using Aigc.Standalone.Platform;

namespace Aigc.Standalone;

/// <summary>What a person types.</summary>
internal static class CommandLine
{
    public static RootCommand Create()
    {
        var url = new Option<string>("--url") { Description = "Address to serve on.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var root = new RootCommand("Aigc: the whole chain of generated content on this machine. Without a command it serves the platform.") { url };
        root.SetAction((result, ct) => ServeCommand.Run(result.GetValue(url)!, ct));
        root.Subcommands.Add(RunChain());
        return root;
    }

    private static Command RunChain()
    {
        var file = new Argument<FileInfo>("chain") { Description = "The chain file (YAML or JSON); docs/chain.schema.json describes it." };
        var server = new Option<Uri?>("--server")
        {
            CustomParser = Address,
            Description = "A running platform to use. Default: the one on this data folder, or a new one for this run.",
        };
        var key = new Option<string?>("--key") { Description = "API key of that platform. Default: the one in the data folder." };
        var verbose = new Option<bool>("--verbose") { Description = "Show the log." };
        var run = new Command("run", "Run a chain and watch it. Run again, it continues where it was and does not do again what has not changed.")
        {
            file, server, key, verbose,
        };
        run.SetAction((result, ct) => RunCommand.Run(
            new RunRequest(result.GetValue(file)!, result.GetValue(server), result.GetValue(key), result.GetValue(verbose)), ct));
        return run;
    }

    private static Uri? Address(ArgumentResult given)
    {
        if (Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https"))
        {
            return address;
        }

        given.AddError($"'{given.Tokens[0].Value}' is not an http address, for example http://127.0.0.1:8080.");
        return null;
    }
}
