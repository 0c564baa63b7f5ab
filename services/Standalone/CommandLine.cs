using System.CommandLine;
using System.CommandLine.Parsing;
using Aigc.Standalone.Chains;
using Aigc.Standalone.Imports;
using Aigc.Standalone.Keys;
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
        root.Subcommands.Add(Pull());
        root.Subcommands.Add(KeyCommands());
        return root;
    }

    private static Command Pull()
    {
        var model = new Argument<string>("model") { Description = "owner/model[@revision] on the hub (Aigc__Imports__Hub), or a folder." };
        var subfolder = new Option<string?>("--subfolder") { Description = "Folder of the repository that is the model, where it holds several." };
        var variant = new Option<string?>("--variant") { Description = "Which graph: q4, int8, fp16, … Default: the one its configuration names, else the one a processor serves best." };
        var name = new Option<string?>("--as") { Description = "Name to register it under. Default: made of the model's." };
        var tier = new Option<string>("--tier") { Description = "large, small or micro.", DefaultValueFactory = _ => "large" };
        var (server, key, verbose) = (ServerOption(), KeyOption(), VerboseOption());
        var pull = new Command("pull", "Bring a model and register it. Stopped and run again, it goes on where it was.") { model, subfolder, variant, name, tier, server, key, verbose };
        pull.SetAction((result, ct) => PullCommand.Run(
            new PullRequest(result.GetValue(model)!, result.GetValue(subfolder), result.GetValue(variant), result.GetValue(name), result.GetValue(tier)!),
            new DoorRequest(result.GetValue(server), result.GetValue(key), result.GetValue(verbose)), ct));
        return pull;
    }

    private static Command KeyCommands()
    {
        var name = new Option<string>("--name") { Description = "What the key is for.", DefaultValueFactory = _ => "" };
        var scopes = new Option<string[]>("--scope") { Description = "What it opens; again for more. Default: * (everything).", DefaultValueFactory = _ => ["*"] };
        var days = new Option<int?>("--days") { Description = "Days it works. Default: for ever." };
        var id = new Argument<string>("id") { Description = "Id of the key, key_…." };
        var (server, key, verbose) = (ServerOption(), KeyOption(), VerboseOption());
        DoorRequest Door(ParseResult result) => new(result.GetValue(server), result.GetValue(key), result.GetValue(verbose));
        var create = new Command("create", "Make a key and show its secret, once.") { name, scopes, days, server, key, verbose };
        create.SetAction((result, ct) => KeyCommand.Create(Door(result), result.GetValue(name)!, result.GetValue(scopes)!, result.GetValue(days), ct));
        var list = new Command("list", "Show the keys of the tenant.") { server, key, verbose };
        list.SetAction((result, ct) => KeyCommand.List(Door(result), ct));
        var revoke = new Command("revoke", "End a key, everywhere within seconds.") { id, server, key, verbose };
        revoke.SetAction((result, ct) => KeyCommand.Revoke(Door(result), result.GetValue(id)!, ct));
        return new Command("keys", "API keys of a platform.") { create, list, revoke };
    }

    private static Option<Uri?> ServerOption() => new("--server")
    {
        CustomParser = Address,
        Description = "A running platform to use. Default: the one on this data folder, or a new one for this run.",
    };

    private static Option<string?> KeyOption() => new("--key") { Description = "API key of that platform. Default: the one in the data folder." };

    private static Option<bool> VerboseOption() => new("--verbose") { Description = "Show the log." };

    private static Command RunChain()
    {
        var file = new Argument<FileInfo>("chain") { Description = "The chain file (YAML or JSON); docs/chain.schema.json describes it." };
        var (server, key, verbose) = (ServerOption(), KeyOption(), VerboseOption());
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
