using Aigc.Application.Chains;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Tests.Chains;

public sealed class Chain_files
{
    private const string Whole = """
        name: dotnet-docs
        data:
          sources:                      # kinds: directory, file, http, upload
            - kind: dotnet-reference
            - { kind: directory, path: docs, include: ["**/*.html"] }
          prepare: { preset: fineweb, languages: [en], nearDuplicates: 0.8, maxDocuments: 20000 }
        annotation: { task: instruction, labelers: [rules, statistical], overlap: 2, onDisagreement: continue }
        training: { tier: small, from: scratch, shape: tiny, budget: { minutes: 4 }, gate: { betterThan: ngram-baseline } }
        generation: { prompts: ["What is a stream?"], maxTokens: 120 }
        distribution: { channels: [ {kind: folder, path: out/answers}, {kind: feed, path: out/feed.xml} ] }
        """;

    [Fact]
    public void Become_the_contract_with_absolute_paths()
    {
        var chain = ChainFile.Read(Whole, "/base");

        Assert.Equal("dotnet-docs", chain.Name);
        Assert.Equal(["dotnet-reference", "directory"], chain.Data.Sources.Select(source => source.Kind));
        Assert.Equal("/base/docs", chain.Data.Sources[1].Path);
        Assert.Equal(0.8, chain.Data.Prepare.NearDuplicates);
        Assert.Equal(4, chain.Training!.Budget.Minutes);
        Assert.Equal(120, chain.Generation!.Sampling.MaxTokens);
        Assert.Equal(1, chain.Generation.Sampling.Seed);
        Assert.Equal("/base/out/feed.xml", chain.Distribution!.Channels[1].Path);
    }

    [Fact]
    public void May_ask_for_approval_and_a_time()
    {
        const string text = "name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining: { shape: nano }\ngeneration: { prompts: [a] }\ndistribution: { approval: required, publishAt: 2026-12-24T18:00:00+01:00, channels: [ { kind: folder, path: x } ] }\n";

        var distribution = ChainFile.Read(text, "/base").Distribution!;

        Assert.Equal(("required", new DateTimeOffset(2026, 12, 24, 17, 0, 0, TimeSpan.Zero)), (distribution.Approval, distribution.PublishAt));
    }

    [Fact]
    public void May_make_a_classifier_and_end_there()
    {
        const string text = "name: m\ndata: { sources: [ { kind: recipe, recipe: moderation, seed: 7, perFamily: 12 } ], prepare: { preset: none, validation: 0.2, test: 0.25 } }\ntraining: { kind: classifier }\n";

        var chain = ChainFile.Read(text, "/base");

        var source = Assert.Single(chain.Data.Sources);
        Assert.Equal(("recipe", "moderation", 7, 12), (source.Kind, source.Recipe, source.Seed, source.PerFamily));
        Assert.Equal(0.25, chain.Data.Prepare.Test);
        Assert.Equal("classifier", chain.Training!.Kind);
        Assert.Null(chain.Generation);
    }

    [Fact]
    public void That_are_shipped_are_read()
    {
        var examples = Directory.GetFiles(Path.Combine(Root(), "examples"), "*.yaml");

        Assert.Contains(examples, example => Path.GetFileName(example) == "moderation.yaml");
        Assert.All(examples, example => Assert.Equal(Path.GetFileNameWithoutExtension(example), ChainFile.Read(File.ReadAllText(example), "/base").Name));
    }

    [Fact]
    public void Mean_the_same_in_JSON()
    {
        const string json = "{\n\t\"name\": \"j\",\n\t\"data\": { \"sources\": [ { \"kind\": \"file\", \"path\": \"\\u0061.txt\" } ] }\n}";

        var chain = ChainFile.Read(json, "/base");

        Assert.Equal("/base/a.txt", chain.Data.Sources[0].Path);
    }

    [Theory]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining: { shape: nano }\ngeneration: { prompts: [a] }\ndistribution: { approval: yes, publishAt: 2026-02-30T08:00:00Z, channels: [ { kind: folder, path: x } ] }\n", "distribution.approval: ", "distribution.publishAt: '2026-02-30T08:00:00Z' is no time of any calendar")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining: { shape: nano }\ngeneration: { prompts: [a] }\ndistribution: { publishAt: tomorrow, channels: [ { kind: folder, path: x } ] }\n", "distribution.publishAt: 'tomorrow' is not a time with its zone")]
    [InlineData("name: a\nsources: []\n", "line 1, column 1: data: is missing", "line 2, column 1: sources: unknown key")]
    [InlineData("name: a\ndata:\n  sources: [ { kind: file, path: x } ]\n  prepare: { nearDuplicate: 0.8 }\n", "line 4, column 14: data.prepare.nearDuplicate: unknown key; did you mean 'nearDuplicates'?")]
    [InlineData("name: a\ndata:\n  sources: [ { kind: file, path: x } ]\n  prepare: { nearDuplicates: 1.5 }\n", "line 4, column 30: data.prepare.nearDuplicates: must be between 0 and 1, not 1.5")]
    [InlineData("name: a\ndata:\n  sources: [ { kind: files, path: x } ]\n", "line 3, column 22: data.sources[0].kind: 'files' is not known", "did you mean 'file'?")]
    [InlineData("name: a\ndata:\n  sources: [ { kind: directory } ]\n", "line 3, column 14: data.sources[0].path: is missing; kind directory needs it")]
    [InlineData("name: a\ndata:\n  sources: [ { kind: http, urls: [\"ftp://x\"] } ]\n", "data.sources[0].urls[0]: 'ftp://x' is not an http or https address")]
    [InlineData("name: a\ndata:\n  sources: [ { kind: dotnet-reference, path: x } ]\n", "data.sources[0].path: means nothing for kind dotnet-reference")]
    [InlineData("name: a\ndata: { sources: [] }\n", "line 2, column 18: data.sources: needs at least 1 entry")]
    [InlineData("name: a\ndata: { sources: { kind: file } }\n", "data.sources: must be a list, not a group of keys")]
    [InlineData("name: A b\ndata: { sources: [ { kind: dotnet-reference } ] }\n", "line 1, column 7: name: 'A b' is not lower-case letters")]
    [InlineData("name: a\nname: b\ndata: { sources: [ { kind: dotnet-reference } ] }\n", "line 2, column 1: name: is written twice")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\nannotation: { overlap: 0, labelers: [rule] }\n", "annotation.overlap: must be between 1 and 100, not 0", "annotation.labelers[0]: 'rule' is not known", "did you mean 'rules'?")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining: { shape: huge, budget: { minutes: 0, steps: 1.5 } }\n", "training.shape: 'huge'", "training.budget.minutes: must be greater than 0, not 0", "training.budget.steps: must be a whole number, not 1.5")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining:\n", "line 3, column 1: training: has no value")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ngeneration: { prompts: [hi] }\n", "line 3, column 1: generation: needs training")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining: { seed: 1 }\ndistribution: { channels: [ { kind: feed, path: f } ] }\n", "line 4, column 1: distribution: needs generation")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining: { seed: 1 }\ngeneration: { prompts: [true], topP: 0, temperature: warm }\n", "generation.prompts[0]: must be text, not 'true'", "generation.topP: must be greater than 0, not 0", "generation.temperature: must be a number, not 'warm'")]
    [InlineData("name: a\ndata:\n  sources:\n    - { kind: recipe }\n", "line 4, column 7: data.sources[0].recipe: is missing; kind recipe needs it")]
    [InlineData("name: a\ndata:\n  sources:\n    - { kind: recipe, recipe: moderations, path: x }\n", "line 4, column 31: data.sources[0].recipe: 'moderations' is not known", "did you mean 'moderation'?", "data.sources[0].path: means nothing for kind recipe")]
    [InlineData("name: a\ndata: { sources: [ { kind: recipe, recipe: moderation, perFamily: 0 } ] }\n", "data.sources[0].perFamily: must be between 1 and 1000, not 0")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining: { kind: clasifier }\n", "line 3, column 19: training.kind: 'clasifier' is not known", "did you mean 'classifier'?")]
    [InlineData("name: a\ndata: { sources: [ { kind: dotnet-reference } ] }\ntraining:\n  kind: classifier\n  shape: tiny\ngeneration: { prompts: [a] }\n", "line 5, column 3: training.shape: means nothing for kind classifier", "line 6, column 1: generation: means nothing for training of kind classifier")]
    [InlineData("name: a\ndata: &d { sources: [ { kind: dotnet-reference } ] }\n", "line 2, column 7: anchors and aliases are not allowed")]
    [InlineData("name: [a\ndata: 1\n", "this is not YAML")]
    [InlineData("{ \"name\": \"a\",\n  \"data\": }", "line 2, column 11: this is not JSON")]
    [InlineData("{ \"name\": \"a\",\n  \"data\": 1 }", "line 2, column 11: data: must be a group of keys")]
    [InlineData("", "the chain file is empty")]
    [InlineData("a: 1\n---\nb: 2\n", "a second one begins here")]
    [InlineData("just text", "line 1, column 1: must be a group of keys (name, data,")]
    public void Are_refused_with_line_and_key(string text, params string[] says)
    {
        var refused = Assert.Throws<ProblemException>(() => ChainFile.Read(text, "/base"));

        Assert.Equal("chain_invalid", refused.Problem.Code);
        Assert.All(says, part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Are_refused_when_they_are_bombs()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 5000));
        var large = "name: a\n# " + new string('x', 1 << 20);
        const string aliases = "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n";

        Assert.Contains("deeper than", Assert.Throws<ProblemException>(() => ChainFile.Read("a: " + deep, "/base")).Message, StringComparison.Ordinal);
        Assert.Contains("larger than 1 MB", Assert.Throws<ProblemException>(() => ChainFile.Read(large, "/base")).Message, StringComparison.Ordinal);
        Assert.Contains("aliases", Assert.Throws<ProblemException>(() => ChainFile.Read(aliases, "/base")).Message, StringComparison.Ordinal);
        Assert.Throws<ProblemException>(() => ChainFile.Read("{\"a\":" + deep, "/base"));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Aigc.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
