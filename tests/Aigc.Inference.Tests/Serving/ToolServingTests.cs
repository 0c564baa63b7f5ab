using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Generations;
using Aigc.Inference.Serving;

namespace Aigc.Inference.Tests.Serving;

/// <summary>A real model, however random, calls tools as its template writes calls.</summary>
public sealed class ToolServingTests
{
    // {0} announces a call.
    private const string Template = "{% if tools %}<|system|>{% for t in tools %}{{ t | tojson }}{% endfor %}<|end|>{% endif %}{% for m in messages %}{% if m.tool_calls %}<|assistant|>"
        + "{% for c in m.tool_calls %}{{ '\\n' if not loop.first }}@{\"name\": \"{{ c.function.name }}\", \"arguments\": {{ c.function.arguments | tojson }}}{% endfor %}<|end|>"
        + "{% elif m.role == 'tool' %}<|user|>{{ m.content }}<|end|>{% else %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private static readonly ToolSpec[] Tools =
    [
        new() { Name = "weather", Parameters = """{"type":"object","properties":{"city":{"type":"string","maxLength":5}},"required":["city"],"additionalProperties":false}""", Strict = true },
        new() { Name = "now" },
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_required_call_always_parses()
    {
        await using var bench = await Bench.Start("<tool_call>\n");
        for (var seed = 0; seed < 12; seed++)
        {
            var runs = bench.Runs(new() { Mode = "required" }, new() { Seed = seed, Temperature = seed % 3, MaxTokens = 110, Answers = 2 });
            foreach (var result in await Task.WhenAll(runs.Select(run => run.Completion)))
            {
                Assert.Equal(("tool_calls", ""), (result.FinishReason, result.Text));
                Assert.NotEmpty(result.ToolCalls);
                Assert.All(result.ToolCalls, Parses);
            }
        }
    }

    [Theory]
    [InlineData("~~~", '~')]
    [InlineData("<|system|>", '\0')]
    public async Task A_marker_that_the_model_writes_by_itself_begins_calls(string marker, char biased)
    {
        await using var bench = await Bench.Start(marker);
        var token = biased == '\0' ? bench.Tokenizer.Special(marker) : bench.Tokenizer.Encode("~").Single();
        for (var seed = 0; seed < 5; seed++)
        {
            var run = bench.Runs(new(), new() { Seed = seed, Temperature = 1, MaxTokens = 110, LogitBias = new Dictionary<int, double> { [token] = 100 }, TopLogProbabilities = 0 })[0];
            var result = await run.Completion;
            Assert.Equal(("tool_calls", ""), (result.FinishReason, result.Text));
            Assert.Empty(result.LogProbabilities);
            Assert.All(result.ToolCalls, Parses);
            Assert.Equal("", run.Answer.TakeNew());
        }
    }

    [Fact]
    public async Task Without_a_marker_an_answer_is_the_text_it_is_without_tools()
    {
        await using var bench = await Bench.Start("<tool_call>\n");
        var sampling = new SamplingSpec { Seed = 3, MaxTokens = 30, Temperature = 1 };
        var result = await bench.Runs(new() { Mode = "none" }, sampling)[0].Completion;
        Assert.NotEqual("tool_calls", result.FinishReason);
        Assert.Equal((await bench.Runs(new(), sampling, tools: [])[0].Completion).Text, result.Text);
        Assert.Equal("length", (await bench.Runs(new(), sampling)[0].Completion).FinishReason);
    }

    [Fact]
    public async Task A_call_that_begins_too_late_is_cut_off()
    {
        await using var bench = await Bench.Start("~~~");
        var token = bench.Tokenizer.Encode("~").Single();
        var result = await bench.Runs(new(), new() { Seed = 1, Temperature = 1, MaxTokens = 30, LogitBias = new Dictionary<int, double> { [token] = 100 } })[0].Completion;
        Assert.Equal(("length", ""), (result.FinishReason, result.Text));
        Assert.All(result.ToolCalls, call => Assert.Contains(call.Name, Tools.Select(tool => tool.Name)));
    }

    [Fact]
    public async Task What_came_of_a_call_is_read_by_the_model()
    {
        await using var bench = await Bench.Start("<tool_call>\n");
        ChatTurn[] turns =
        [
            new() { Role = "user", Content = "Hi" },
            new() { Role = "assistant", Content = "", ToolCalls = [new() { Id = "call_1", Name = "weather", Arguments = """{"city":"Ulm"}""" }] },
            new() { Role = "tool", Content = "7 degrees", ToolCallId = "call_1" },
        ];
        var prompts = Assert.IsType<EngineModel>(bench.Lease.Model).Prompts;
        var text = bench.Tokenizer.Decode(prompts.Render(turns, Tools));
        Assert.Contains("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Ulm\"}}", text, StringComparison.Ordinal);
        Assert.EndsWith("7 degrees", text, StringComparison.Ordinal);
        Assert.NotEmpty((await bench.Runs(new() { Mode = "required" }, new() { MaxTokens = 90 }, turns: turns)[0].Completion).ToolCalls);
    }

    [Fact]
    public async Task A_model_whose_template_has_no_place_for_tools_refuses_them_by_name()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("plain");
        using var lease = await worker.Host.Acquire(model, Ct);
        var problem = Assert.Throws<GenerationFailedException>(() => Bench.Runs(lease, model, new(), new(), Tools)).Problem;
        Assert.Equal(("invalid_request", "tools"), (problem.Code, problem.Param));
        Assert.StartsWith("The chat template of model plain has no place for tools;", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_tokens_for_a_required_call_are_refused()
    {
        await using var bench = await Bench.Start("<tool_call>\n");
        Assert.Equal("max_tokens", Assert.Throws<GenerationFailedException>(() => bench.Runs(new() { Mode = "required" }, new() { MaxTokens = 10 })).Problem.Param);
    }

    public static TheoryData<string, GenerateText> Wrong
    {
        get
        {
            var command = Bench.Command(new() { Name = "m", Folder = new() { Digest = "d", Size = 1, MediaType = "x" }, Tier = "small", ContextLength = 1 }, new(), new(), Tools);
            return new()
            {
                { "tools[1].function.name", command with { Tools = [Tools[0], Tools[0]] } },
                { "tools[0].function.name", command with { Tools = [Tools[0] with { Name = "a b" }] } },
                { "tools[0].function.parameters", command with { Tools = [Tools[0] with { Parameters = new string('x', 300_000) }] } },
                { "tools", command with { Tools = [.. Enumerable.Range(0, 129).Select(i => new ToolSpec { Name = $"f{i}" })] } },
                { "tools", command with { Prompt = "x", Messages = [] } },
                { "tool_choice", command with { ToolChoice = new() { Mode = "required", Name = "other" } } },
                { "tool_choice", command with { ToolChoice = new() { Mode = "always" } } },
                { "response_format", command with { Sampling = new() { Format = new() { Type = "json_object" } } } },
                { "messages[0].tool_call_id", command with { Messages = [new() { Role = "tool", Content = "x" }] } },
                { "messages[0].tool_calls", command with { Messages = [new() { Role = "user", Content = "x", ToolCalls = [new() { Id = "1", Name = "a", Arguments = "{}" }] }] } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_with_tools_is_named_before_a_model_is_loaded(string param, GenerateText command) => Assert.Equal(param, RequestChecks.Check(command)?.Param);

    private static void Parses(ToolCall call)
    {
        using var arguments = JsonDocument.Parse(call.Arguments);
        Assert.Equal(call.Name == "weather" ? ["city"] : [], arguments.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.StartsWith("call_", call.Id, StringComparison.Ordinal);
    }

    /// <summary>A worker with a random model whose template announces calls as told.</summary>
    private sealed class Bench : IAsyncDisposable
    {
        private readonly TestWorker _worker = new();
        private ModelRef _model = null!;

        public ModelLease Lease { get; private set; } = null!;

        public Aigc.Models.Text.TextTokenizer Tokenizer { get; private set; } = null!;

        public static async Task<Bench> Start(string marker)
        {
            var bench = new Bench();
            var template = Template.Replace("@", marker.Replace("\n", "{{ '\\n' }}", StringComparison.Ordinal), StringComparison.Ordinal);
            using var model = new NanoModel(contextLength: 768);
            await File.WriteAllTextAsync(model.FileOf("tokenizer_config.json"), new JsonObject { ["bos_token"] = "<|bos|>", ["eos_token"] = "<|end|>", ["chat_template"] = template }.ToJsonString());
            bench.Tokenizer = Aigc.Models.Text.TextTokenizer.Load(model.Path);
            bench._model = await bench._worker.Store("caller", model.Path);
            bench.Lease = await bench._worker.Host.Acquire(bench._model, Ct);
            return bench;
        }

        public static GenerateText Command(ModelRef model, ToolChoice choice, SamplingSpec sampling, IReadOnlyList<ToolSpec> tools) => new()
        {
            GenerationId = Guid.NewGuid(),
            Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
            Model = model,
            Messages = [new() { Role = "user", Content = "Hi" }],
            Tools = tools,
            ToolChoice = choice,
            Sampling = sampling,
        };

        public static IReadOnlyList<ITextRun> Runs(ModelLease lease, ModelRef model, ToolChoice choice, SamplingSpec sampling, IReadOnlyList<ToolSpec> tools) =>
            ((ITextModel)lease.Model).Start(Command(model, choice, sampling, tools), TimeProvider.System.GetTimestamp());

        public IReadOnlyList<ITextRun> Runs(ToolChoice choice, SamplingSpec sampling, IReadOnlyList<ToolSpec>? tools = null, IReadOnlyList<ChatTurn>? turns = null)
        {
            var command = Command(_model, choice, sampling, tools ?? ToolServingTests.Tools);
            return ((ITextModel)Lease.Model).Start(turns is null ? command : command with { Messages = turns }, TimeProvider.System.GetTimestamp());
        }

        public async ValueTask DisposeAsync()
        {
            Lease.Dispose();
            await _worker.DisposeAsync();
        }
    }
}
