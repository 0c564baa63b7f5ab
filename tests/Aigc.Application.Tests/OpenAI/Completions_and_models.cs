using System.Net;
using System.Net.Http.Json;

namespace Aigc.Application.Tests.OpenAI;

public sealed class Completions_and_models : ServiceTest
{
    [Fact]
    public async Task A_completion_echoes_its_prompt_when_asked_to()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = (command, reply) => reply.Send(Neighbours.Final(command, " there was")));

        var answer = await Json(await host.Client.PostAsJsonAsync("/v1/completions", new { model = "small-one", prompt = "Once", echo = true }));

        Assert.StartsWith("cmpl-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        Assert.Equal("Once there was", answer.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(5, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task A_completion_streams_text_chunks()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Generate = async (command, reply) =>
        {
            await reply.Send(Neighbours.Piece(command, 0, " there"));
            await reply.Send(Neighbours.Final(command, " there was"));
        });

        var (chunks, done) = await Chat_completions.Chunks(await host.Client.PostAsJsonAsync("/v1/completions", new { model = "small-one", prompt = "Once", stream = true }));

        Assert.True(done);
        Assert.Equal(" there was", string.Concat(chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("text").GetString())));
        Assert.Equal("stop", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task A_suffix_is_refused_clearly()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.PostAsJsonAsync("/v1/completions", new { model = "small-one", prompt = "Once", suffix = "end" });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("suffix", (await Json(response)).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task A_model_registered_a_moment_ago_is_found_though_the_list_is_remembered()
    {
        Neighbours registered = null!;
        await using var host = await ApplicationHost.Start(DataRoot, n => (registered, n.Generate) = (n, (command, reply) => reply.Send(Neighbours.Final(command, "fine"))));
        await host.Client.GetAsync("/v1/models");

        registered.Models = [.. registered.Models, registered.Models[0] with { Model = Neighbours.Model with { Name = "new-one" } }];

        Assert.Equal(HttpStatusCode.OK, (await host.Client.PostAsJsonAsync("/v1/completions", new { model = "new-one", prompt = "Once" })).StatusCode);
    }

    [Fact]
    public async Task Models_are_listed_and_found_by_name_or_digest()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var list = await Json(await host.Client.GetAsync("/v1/models"));
        var one = await Json(await host.Client.GetAsync($"/v1/models/{new string('a', 64)}"));
        var none = await host.Client.GetAsync("/v1/models/nothing");

        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Equal("small-one", list.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.Equal(1_700_000_000, list.GetProperty("data")[0].GetProperty("created").GetInt64());
        Assert.Equal("model", one.GetProperty("object").GetString());
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task A_model_is_not_deleted_and_the_answer_says_why()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var kept = await host.Client.DeleteAsync("/v1/models/small-one");
        var none = await host.Client.DeleteAsync("/v1/models/nothing");

        Assert.Equal((HttpStatusCode.Forbidden, "model_not_deletable"), (kept.StatusCode, (await Json(kept)).GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), (none.StatusCode, (await Json(none)).GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("small-one", (await Json(await host.Client.GetAsync("/v1/models/small-one"))).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("POST", "/v1/images/generations")]
    [InlineData("POST", "/v1/images/edits")]
    [InlineData("POST", "/v1/videos")]
    [InlineData("GET", "/v1/videos")]
    [InlineData("GET", "/v1/videos/video_1/content")]
    [InlineData("DELETE", "/v1/nothing/at/all")]
    public async Task A_route_that_is_not_there_is_404_in_the_form_of_errors_and_named(string method, string route)
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), route) { Content = method == "POST" ? JsonContent.Create(new { model = "small-one" }) : null });

        var error = (await Json(response)).GetProperty("error");
        Assert.Equal((HttpStatusCode.NotFound, "unknown_route"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Contains($"{method} {route}", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.All(["type", "param"], field => Assert.True(error.TryGetProperty(field, out _)));
    }

    [Fact]
    public async Task A_durable_generation_is_a_job()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.PostAsJsonAsync("/api/generations", new { model = "small-one", prompt = "Write." });
        var unknown = await host.Client.PostAsJsonAsync("/api/generations", new { model = "small-one", prompt = "Write.", surprise = 1 });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("generation", (await Json(response)).GetProperty("kind").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }
}
