using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Integration.Tests.Ledger;

namespace Aigc.Integration.Tests.Platform;

/// <summary>The whole way with a real model: the door, the application, a worker and its tokenizer.</summary>
public sealed class A_prompt_that_is_too_much : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigc-prompt-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Is_refused_with_figures_and_the_next_one_is_answered()
    {
        var data = Path.Combine(_folder, "data");
        NanoFolder.Write(Path.Combine(_folder, "nano"));
        await using var served = RunningProgram.Start(
            "Aigc.Standalone", _folder, new Dictionary<string, string> { ["Aigc__DataRoot"] = data, ["Aigc__Files__Roots__0"] = _folder }, "--url", "http://127.0.0.1:0");
        using var http = await ServedDoor.Connect(served, data);
        await Import(http);

        // A megabyte of words; as much of one word without an end, which a careless tokenizer joins in quadratic time; and more than a body may have.
        foreach (var prompt in new[] { string.Concat(Enumerable.Repeat("the dog ", 128_000)), new string('a', 1_000_000), new string('\u0301', 400_000) })
        {
            await Refused(http, "/v1/chat/completions", new { model = "nano", max_tokens = 4, messages = new[] { new { role = "user", content = prompt } } }, "messages");
            await Refused(http, "/v1/completions", new { model = "nano", max_tokens = 4, prompt }, "prompt");
        }

        using var huge = await http.PostAsJsonAsync("/v1/completions", new { model = "nano", prompt = new string('a', 5 << 20) });
        using var fine = await http.PostAsJsonAsync("/v1/completions", new { model = "nano", max_tokens = 4, prompt = "The dog" });

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.OK), (huge.StatusCode, fine.StatusCode));
    }

    private static async Task Refused(HttpClient http, string path, object body, string param)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded", param), (answer.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Matches("[0-9]{3}", error.GetProperty("message").GetString());
    }

    private async Task Import(HttpClient http)
    {
        using var ordered = await http.PostAsJsonAsync("/api/imports", new { source = new { directory = Path.Combine(_folder, "nano") }, name = "nano" });
        var id = (await ordered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        string? status;
        do
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            status = (await http.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}")).GetProperty("status").GetString();
            Assert.NotEqual("failed", status);
        }
        while (status != "succeeded");
    }
}
