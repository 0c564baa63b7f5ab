using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Application.Batches.Lines;
using Aigc.Contracts;
using Aigc.Contracts.Application;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;

namespace Aigc.Application.Tests.Batches;

public sealed class A_batch : BatchTest
{
    [Fact]
    public async Task Answers_every_line_once_in_the_form_the_route_has()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var file = Id(await Upload(host.Client, Requests(40), "batch"));

        var begun = await Post(host.Client, "/v1/batches", new { input_file_id = file, endpoint = Chat, completion_window = "24h", metadata = new Dictionary<string, string> { ["a.b"] = "c" } });
        var done = await Reaches(host.Client, Id(begun), "completed");

        Assert.Equal(("batch", "validating", file, Chat, "24h"), (begun.GetProperty("object").GetString(), Status(begun), begun.GetProperty("input_file_id").GetString(),
            begun.GetProperty("endpoint").GetString(), begun.GetProperty("completion_window").GetString()));
        Assert.Equal(86400, done.GetProperty("expires_at").GetInt64() - done.GetProperty("created_at").GetInt64());
        Assert.Equal("c", done.GetProperty("metadata").GetProperty("a.b").GetString());
        Assert.Equal("small-one", done.GetProperty("model").GetString());
        Assert.Equal((40, 40, 0), Counts(done));
        Assert.Equal((200, 120), (done.GetProperty("usage").GetProperty("input_tokens").GetInt32(), done.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
        Assert.All(["in_progress_at", "finalizing_at", "completed_at"], at => Assert.True(done.GetProperty(at).GetInt64() > 0));
        Assert.All(["failed_at", "expired_at", "cancelling_at", "cancelled_at", "error_file_id", "errors"], at => Assert.Equal(JsonValueKind.Null, done.GetProperty(at).ValueKind));
        var lines = await Lines(host.Client, done, "output_file_id");
        Assert.Equal(Enumerable.Range(1, 40).Select(number => $"request-{number}"), lines.Select(CustomId));
        Assert.Equal(40, lines.Select(Id).Distinct().Count());
        var response = lines[0].GetProperty("response");
        Assert.Equal(200, response.GetProperty("status_code").GetInt32());
        Assert.StartsWith("req_", response.GetProperty("request_id").GetString(), StringComparison.Ordinal);
        Assert.Equal("chat.completion", response.GetProperty("body").GetProperty("object").GetString());
        Assert.Equal("fine", response.GetProperty("body").GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(JsonValueKind.Null, lines[0].GetProperty("error").ValueKind);
        Assert.Equal("batch_output", (await Json(await host.Client.GetAsync($"/v1/files/{done.GetProperty("output_file_id").GetString()}", Ct))).GetProperty("purpose").GetString());
        await ApplicationHost.Until(async () => await host.Get<IDocumentStore<LineResult>>().Count(new DocumentQuery<LineResult>(), Ct) == 0 ? "forgotten" : null);
    }

    [Fact]
    public async Task Asks_workers_for_batch_work_and_for_no_stream()
    {
        var asked = new TaskCompletionSource<GenerateText>();
        await using var host = await ApplicationHost.Start(DataRoot, n => n.AnswerBatch = command =>
        {
            asked.TrySetResult(command);
            return Task.FromResult<object?>(Neighbours.Final(command, " there"));
        });

        var request = """{"custom_id":"a","method":"POST","url":"/v1/completions","body":{"model":"small-one","prompt":"Once","echo":true,"max_tokens":7}}""";
        var begun = await Start(host.Client, request, endpoint: "/v1/completions");
        var line = Assert.Single(await Lines(host.Client, await Reaches(host.Client, Id(begun), "completed"), "output_file_id"));

        var command = await asked.Task;
        Assert.Equal((GenerationPriority.Batch, null, "Once", 7, ApplicationHost.Tenant), (command.Priority, command.StreamTo, command.Prompt, command.Sampling.MaxTokens, command.Job.Tenant));
        Assert.Equal("Once there", line.GetProperty("response").GetProperty("body").GetProperty("choices")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Puts_lines_that_cannot_be_answered_into_the_error_file()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.AnswerBatch = command => Task.FromResult<object?>(command.Messages[0].Content == "too long"
            ? new TextGenerationFailed { GenerationId = command.GenerationId, Problem = new Problem { Code = "context_length_exceeded", Message = "Too long." } }
            : Neighbours.Final(command, "fine")));
        var stream = """{"custom_id":"stream","method":"POST","url":"/v1/chat/completions","body":{"model":"small-one","messages":[{"role":"user","content":"a"}],"stream":true}}""";
        var requests = string.Join('\n', Request("good"), Request("long", "too long"), Request("model", model: "nobody"), stream, """{"custom_id":"empty","method":"POST","url":"/v1/chat/completions","body":{}}""");

        var done = await Reaches(host.Client, Id(await Start(host.Client, requests)), "completed");

        Assert.Equal((5, 1, 4), Counts(done));
        Assert.Equal(["good"], (await Lines(host.Client, done, "output_file_id")).Select(CustomId));
        var errors = (await Lines(host.Client, done, "error_file_id")).ToDictionary(CustomId, line => line.GetProperty("response"));
        (string Id, int Status, string Param)[] expected = [("long", 400, "messages"), ("model", 404, "model"), ("stream", 400, "stream"), ("empty", 400, "model")];
        foreach (var (id, status, param) in expected)
        {
            Assert.Equal((status, param), (errors[id].GetProperty("status_code").GetInt32(), errors[id].GetProperty("body").GetProperty("error").GetProperty("param").GetString()));
        }
    }

    [Fact]
    public async Task Tries_again_what_may_pass_and_gives_a_broken_line_up()
    {
        var tries = 0;
        await using var host = await ApplicationHost.Start(
            DataRoot,
            n => n.AnswerBatch = command => Task.FromResult<object?>(command.Messages[0].Content switch
            {
                "busy" when Interlocked.Increment(ref tries) < 8 => Fails(command, "engine_overloaded"),
                "broken" => Fails(command, "engine_fault"),
                _ => Neighbours.Final(command, "fine"),
            }),
            ("Aigc:Application:Batches:LineAttempts", "3"));

        var done = await Reaches(host.Client, Id(await Start(host.Client, $"{Request("busy", "busy")}\n{Request("broken", "broken")}")), "completed");

        Assert.Equal(["busy"], (await Lines(host.Client, done, "output_file_id")).Select(CustomId));
        var error = Assert.Single(await Lines(host.Client, done, "error_file_id"));
        Assert.Equal((503, "engine_fault"), (error.GetProperty("response").GetProperty("status_code").GetInt32(), error.GetProperty("response").GetProperty("body").GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Asks_again_for_what_was_not_heard()
    {
        var heard = new HashSet<Guid>();
        await using var host = await ApplicationHost.Start(
            DataRoot,
            n => n.AnswerBatch = command =>
            {
                lock (heard)
                {
                    return Task.FromResult<object?>(heard.Add(command.GenerationId) ? null : Neighbours.Final(command, "fine"));
                }
            },
            ("Aigc:Application:Batches:ResendAfter", "00:00:00.200"));

        var done = await Reaches(host.Client, Id(await Start(host.Client, Requests(3))), "completed");

        Assert.Equal((3, 3, 0), Counts(done));
        Assert.Equal(3, heard.Count);
    }

    [Fact]
    public async Task Says_what_is_wrong_with_the_lines_and_runs_none()
    {
        var asked = 0;
        await using var host = await ApplicationHost.Start(DataRoot, n => n.AnswerBatch = command =>
        {
            asked++;
            return Task.FromResult<object?>(Neighbours.Final(command, "fine"));
        });
        var requests = string.Join('\n', Request("a"), Request("a"), "", Request("b", url: "/v1/embeddings"), Request("c", method: "GET"));

        var failed = await Reaches(host.Client, Id(await Start(host.Client, requests)), "failed");

        var errors = failed.GetProperty("errors");
        Assert.Equal("list", errors.GetProperty("object").GetString());
        Assert.Equal(
            [("duplicate_custom_id", 2, "custom_id"), ("mismatched_url", 4, "url"), ("invalid_method", 5, "method")],
            errors.GetProperty("data").EnumerateArray().Select(e => (e.GetProperty("code").GetString()!, e.GetProperty("line").GetInt32(), e.GetProperty("param").GetString()!)));
        Assert.True(failed.GetProperty("failed_at").GetInt64() > 0);
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task With_lines_that_are_no_requests_fails_though_nobody_checked_the_file()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        using var bytes = new MemoryStream("{\"custom_id\":\"a\"}\nnot json\n"u8.ToArray());
        var input = await host.Get<Aigc.Storage.Artifacts.IArtifactStore>().Put(bytes, "application/jsonl", Ct);
        var id = Guid.CreateVersion7();

        await host.Get<Aigc.ServiceDefaults.Bus.ICommands>().Send(
            new RunBatch { BatchId = id, Job = new JobLink { RootId = id, Tenant = ApplicationHost.Tenant }, Endpoint = Chat, Input = input }, Ct);
        await host.Job(id, job => job.Status == JobStatus.Failed);

        var failed = await Json(await host.Client.GetAsync($"/v1/batches/batch_{id:N}", Ct));
        Assert.Equal(
            [("missing_required_parameter", 1), ("invalid_json_line", 2)],
            failed.GetProperty("errors").GetProperty("data").EnumerateArray().Select(e => (e.GetProperty("code").GetString()!, e.GetProperty("line").GetInt32())));
    }

    [Fact]
    public async Task Has_no_more_lines_than_allowed()
    {
        await using var host = await ApplicationHost.Start(DataRoot, null, ("Aigc:Application:Batches:MaxLines", "3"));

        var failed = await Reaches(host.Client, Id(await Start(host.Client, Requests(4))), "failed");

        Assert.Equal("too_many_requests", failed.GetProperty("errors").GetProperty("data")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Is_a_job_among_jobs_and_is_listed()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var first = Id(await Start(host.Client, Requests(2)));
        await Reaches(host.Client, first, "completed");
        var second = Id(await Start(host.Client, Requests(1)));
        await Reaches(host.Client, second, "completed");

        var jobs = await Json(await host.Client.GetAsync("/api/jobs?kind=batch&limit=5", Ct));
        var page = await Json(await host.Client.GetAsync("/v1/batches?limit=1", Ct));
        var next = await Json(await host.Client.GetAsync($"/v1/batches?limit=1&after={page.GetProperty("last_id").GetString()}", Ct));

        Assert.Equal(2, jobs.GetProperty("data").GetArrayLength());
        var job = await host.Job(Guid.ParseExact(first["batch_".Length..], "N"), job => job.Status == JobStatus.Succeeded);
        Assert.Equal("2", job.Result["completed"]);
        Assert.Equal([second], page.GetProperty("data").EnumerateArray().Select(Id));
        Assert.Equal([first], next.GetProperty("data").EnumerateArray().Select(Id));
        Assert.Equal((true, false), (page.GetProperty("has_more").GetBoolean(), next.GetProperty("has_more").GetBoolean()));
    }

    [Theory]
    [InlineData("endpoint", "/v1/nothing")]
    [InlineData("completion_window", "1h")]
    [InlineData("input_file_id", "file-nobody")]
    [InlineData("metadata", "text")]
    [InlineData("surprise", "x")]
    public async Task Is_refused_by_the_field_that_is_wrong(string field, string value)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var file = Id(await Upload(host.Client, Requests(1), "batch"));
        var body = new Dictionary<string, object> { ["input_file_id"] = file, ["endpoint"] = Chat, ["completion_window"] = "24h", [field] = value };

        var error = await Error(await host.Client.PostAsJsonAsync("/v1/batches", body, Ct), HttpStatusCode.BadRequest);

        Assert.Equal(field, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Takes_files_of_its_own_tenant_that_came_for_a_batch()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        using var stranger = host.ClientOf("other");
        var mine = Id(await Upload(host.Client, Requests(1), "batch"));
        var other = Id(await Upload(host.Client, Requests(1), "user_data"));
        var batch = Id(await Post(host.Client, "/v1/batches", new { input_file_id = mine, endpoint = Chat, completion_window = "24h" }));

        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.PostAsJsonAsync("/v1/batches", new { input_file_id = mine, endpoint = Chat, completion_window = "24h" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.PostAsJsonAsync("/v1/batches", new { input_file_id = other, endpoint = Chat, completion_window = "24h" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/v1/batches/{batch}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync($"/v1/batches/{batch}/cancel", null, Ct)).StatusCode);
        Assert.Empty((await Json(await stranger.GetAsync("/v1/batches", Ct))).GetProperty("data").EnumerateArray());
    }

    private static TextGenerationFailed Fails(GenerateText command, string code) =>
        new() { GenerationId = command.GenerationId, Problem = new Problem { Code = code, Message = "Not now.", Transient = true } };
}
