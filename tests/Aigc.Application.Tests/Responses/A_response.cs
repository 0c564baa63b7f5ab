using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using MassTransit;

namespace Aigc.Application.Tests.Responses;

public sealed class A_response : ResponseTest
{
    [Fact]
    public async Task Has_OpenAIs_shape_and_its_wishes_reach_the_worker()
    {
        GenerateText? asked = null;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
        {
            asked = command;
            return Saying("Hello", ".")(command, reply);
        });

        var response = await Create(host, new
        {
            model = "small-one",
            instructions = "Be brief.",
            input = new object[]
            {
                new { role = "user", content = "Hi" },
                new { type = "message", role = "assistant", content = new[] { new { type = "output_text", text = "Yes?" } } },
                new { type = "message", role = "developer", content = new[] { new { type = "input_text", text = "Be " }, new { type = "input_text", text = "kind." } } },
            },
            temperature = 0.5,
            top_p = 0.9,
            max_output_tokens = 7,
            metadata = new Dictionary<string, string> { ["$a.b"] = "c" },
            text = new { format = new { type = "json_schema", name = "x", strict = true, schema = new { type = "object" } } },
            user = "u",
        });

        Assert.StartsWith("resp_", response.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(("response", "completed", "small-one", "Hello."), (response.GetProperty("object").GetString(), Status(response), response.GetProperty("model").GetString(), Text(response)));
        var message = response.GetProperty("output")[0];
        Assert.Equal(("message", "assistant", "completed"), (message.GetProperty("type").GetString(), message.GetProperty("role").GetString(), message.GetProperty("status").GetString()));
        Assert.Equal(0, message.GetProperty("content")[0].GetProperty("annotations").GetArrayLength());
        var usage = response.GetProperty("usage");
        Assert.Equal((5, 2, 3, 8), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("input_tokens_details").GetProperty("cached_tokens").GetInt32(),
            usage.GetProperty("output_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
        Assert.Equal("c", response.GetProperty("metadata").GetProperty("$a.b").GetString());
        Assert.Equal("x", response.GetProperty("text").GetProperty("format").GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, response.GetProperty("error").ValueKind);
        Assert.Equal([("system", "Be brief."), ("user", "Hi"), ("assistant", "Yes?"), ("system", "Be kind.")], asked!.Messages.Select(turn => (turn.Role, turn.Content)));
        Assert.Equal((0.5, 0.9, 7, """{"type":"object"}"""), (asked.Sampling.Temperature, asked.Sampling.TopP, asked.Sampling.MaxTokens, asked.Sampling.Format.Schema));
    }

    [Fact]
    public async Task Is_stored_for_its_tenant_until_it_is_deleted()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = Saying("Hello"));
        var id = (await Create(host, new { model = "small-one", input = "Hi" })).GetProperty("id").GetString()!;
        using var stranger = host.ClientOf("other");

        Assert.Equal("Hello", Text(await Get(host, id)));
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/v1/responses/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteAsync($"/v1/responses/{id}")).StatusCode);
        Assert.True((await Json(await host.Client.DeleteAsync($"/v1/responses/{id}"))).GetProperty("deleted").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync($"/v1/responses/{id}")).StatusCode);
    }

    [Fact]
    public async Task Is_not_stored_when_store_is_false()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = Saying("Hello"));

        var response = await Create(host, new { model = "small-one", input = "Hi", store = false });

        Assert.False(response.GetProperty("store").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync($"/v1/responses/{response.GetProperty("id").GetString()}")).StatusCode);
    }

    [Fact]
    public async Task Goes_on_from_another_without_its_instructions()
    {
        GenerateText? asked = null;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
        {
            asked = command;
            return Saying($"answer {command.Messages.Count}")(command, reply);
        });
        var first = await Create(host, new { model = "small-one", input = "one", instructions = "Old." });
        var second = await Create(host, new { model = "small-one", input = "two", previous_response_id = first.GetProperty("id").GetString() });

        await Create(host, new { model = "small-one", input = "three", instructions = "New.", previous_response_id = second.GetProperty("id").GetString() });

        Assert.Equal(["New.", "one", "answer 2", "two", "answer 3", "three"], asked!.Messages.Select(turn => turn.Content));
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("previous_response_id").GetString());
    }

    [Fact]
    public async Task Lists_its_input_items_by_pages_in_either_order()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = Saying("Hello"));
        var input = Enumerable.Range(0, 3).Select(i => new { role = "user", content = $"{i}" });
        var id = (await Create(host, new { model = "small-one", input })).GetProperty("id").GetString();

        var all = await Json(host, $"/v1/responses/{id}/input_items");
        var page = await Json(host, $"/v1/responses/{id}/input_items?order=asc&limit=2");
        var rest = await Json(host, $"/v1/responses/{id}/input_items?order=asc&after={page.GetProperty("last_id").GetString()}");

        Assert.Equal(["2", "1", "0"], Texts(all));
        Assert.Equal(["0", "1"], Texts(page));
        Assert.Equal(["2"], Texts(rest));
        Assert.Equal((true, false), (page.GetProperty("has_more").GetBoolean(), rest.GetProperty("has_more").GetBoolean()));

        static IEnumerable<string> Texts(JsonElement list) => list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()!);
    }

    [Fact]
    public async Task Is_incomplete_at_its_limit_of_tokens()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) => reply.Send(Neighbours.Final(command, "Hel") with { FinishReason = "length" }));

        var response = await Create(host, new { model = "small-one", input = "Hi", max_output_tokens = 1 });

        Assert.Equal(("incomplete", "max_output_tokens"), (Status(response), response.GetProperty("incomplete_details").GetProperty("reason").GetString()));
        Assert.Equal("incomplete", response.GetProperty("output")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Has_log_probabilities_where_they_are_included()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) => reply.Send(Neighbours.Final(command, "A") with
        {
            Answers = [new() { Text = "A", FinishReason = "stop", LogProbabilities = [new() { Token = "A", Bytes = [65], LogProbability = -1, Top = [new() { Token = "B", Bytes = [66], LogProbability = -2 }] }] }],
        }));

        var response = await Create(host, new { model = "small-one", input = "Hi", top_logprobs = 1, include = new[] { "message.output_text.logprobs", "reasoning.encrypted_content" } });

        var token = response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("logprobs")[0];
        Assert.Equal(("A", -1, "B"), (token.GetProperty("token").GetString(), token.GetProperty("logprob").GetDouble(), token.GetProperty("top_logprobs")[0].GetProperty("token").GetString()));
    }

    [Fact]
    public async Task Leaves_out_the_oldest_turns_when_it_may()
    {
        var asked = new List<GenerateText>();
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) =>
        {
            asked.Add(command);
            return command.Messages.Count > 3
                ? reply.Send(new TextGenerationFailed { GenerationId = command.GenerationId, Problem = new() { Code = "context_length_exceeded", Message = "Too long." } })
                : Saying("Fits.")(command, reply);
        });
        var input = Enumerable.Range(0, 5).Select(i => new { role = "user", content = $"{i}" });

        var shortened = await Create(host, new { model = "small-one", input, instructions = "Stay.", truncation = "auto" });
        var refused = await host.Client.PostAsJsonAsync("/v1/responses", new { model = "small-one", input, instructions = "Stay." });

        Assert.Equal("Fits.", Text(shortened));
        Assert.Equal(["Stay.", "3", "4"], asked[^2].Messages.Select(turn => turn.Content));
        Assert.Equal((HttpStatusCode.BadRequest, "input"), (refused.StatusCode, (await Json(refused)).GetProperty("error").GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData("""{"model":"small-one"}""", "input")]
    [InlineData("""{"model":"small-one","input":[]}""", "input")]
    [InlineData("""{"model":"small-one","input":[{"role":"user","content":[{"type":"input_image","image_url":"x"}]}]}""", "input[0].content[0]")]
    [InlineData("""{"model":"small-one","input":[{"role":"wizard","content":"x"}]}""", "input[0].role")]
    [InlineData("""{"model":"small-one","input":"x","tools":[{"type":"web_search"}]}""", "tools[0].type")]
    [InlineData("""{"model":"small-one","input":"x","conversation":"conv_1"}""", "conversation")]
    [InlineData("""{"model":"small-one","input":"x","reasoning":{"effort":"high"}}""", "reasoning")]
    [InlineData("""{"model":"small-one","input":"x","prompt":{"id":"p"}}""", "prompt")]
    [InlineData("""{"model":"small-one","input":"x","truncation":"some"}""", "truncation")]
    [InlineData("""{"model":"small-one","input":"x","include":["everything"]}""", "include")]
    [InlineData("""{"model":"small-one","input":"x","metadata":{"a":1}}""", "metadata")]
    [InlineData("""{"model":"small-one","input":"x","text":{"format":{"type":"json_schema","name":"x"}}}""", "text.format.schema")]
    [InlineData("""{"model":"small-one","input":"x","background":true,"store":false}""", "store")]
    [InlineData("""{"model":"small-one","input":"x","background":true,"top_logprobs":2}""", "top_logprobs")]
    [InlineData("""{"model":"small-one","input":"x","n":2}""", "n")]
    [InlineData("""{"model":"small-one","input":"x","previous_response_id":"resp_none"}""", "previous_response_id")]
    [InlineData("""{"model":"small-one","input":"x","surprise":1}""", "surprise")]
    public async Task Refuses_what_it_cannot_do_by_name(string body, string param)
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = Saying("Hello"));

        var response = await host.Client.PostAsync("/v1/responses", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, (await Json(response)).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task That_has_expired_is_forgotten()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = Saying("Hello"), ("Aigc:Application:Responses:Retention", "00:00:00.001"));
        var id = (await Create(host, new { model = "small-one", input = "Hi" })).GetProperty("id").GetString()!;
        var store = host.Get<Aigc.Storage.Documents.IDocumentStore<Application.Responses.ResponseDocument>>();

        await ApplicationHost.Until<object>(async () => await store.Find(id) is null ? new object() : null);
    }
}
