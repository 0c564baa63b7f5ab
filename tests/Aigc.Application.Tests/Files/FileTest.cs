using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Aigc.Application.Tests.Files;

/// <summary>Requests that tests of files and batches make.</summary>
public abstract class FileTest : ServiceTest
{
    internal static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A form with a file and a purpose, in the order of the arguments.</summary>
    internal static MultipartFormDataContent Form(string text, string? purpose, bool fileFirst = false, string name = "requests.jsonl", params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        if (fileFirst)
        {
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", name);
        }

        if (purpose is not null)
        {
            form.Add(new StringContent(purpose), "purpose");
        }

        foreach (var field in fields)
        {
            form.Add(new StringContent(field.Value), field.Name);
        }

        if (!fileFirst)
        {
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", name);
        }

        return form;
    }

    internal static Task<HttpResponseMessage> Send(HttpClient client, string text, string? purpose, bool fileFirst = false, params (string Name, string Value)[] fields) =>
        client.PostAsync("/v1/files", Form(text, purpose, fileFirst, fields: fields), Ct);

    /// <summary>Uploads a file that is right.</summary>
    internal static async Task<JsonElement> Upload(HttpClient client, string text, string purpose, bool fileFirst = false, params (string Name, string Value)[] fields)
    {
        var response = await Send(client, text, purpose, fileFirst, fields);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Ct));
        return await Json(response);
    }

    internal static string Id(JsonElement item) => item.GetProperty("id").GetString()!;

    internal static string Request(string customId, string prompt = "Say yes.", string model = "small-one", string url = "/v1/chat/completions", string method = "POST") => JsonSerializer.Serialize(new
    {
        custom_id = customId,
        method,
        url,
        body = new { model, messages = new[] { new { role = "user", content = prompt } } },
    });

    internal static string Requests(int count) => string.Join('\n', Enumerable.Range(1, count).Select(number => Request($"request-{number}")));

    internal static async Task<JsonElement> Error(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        return (await Json(response)).GetProperty("error");
    }

    internal static async Task<JsonElement> Post(HttpClient client, string path, object body)
    {
        var response = await client.PostAsJsonAsync(path, body, Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return await Json(response);
    }

    /// <summary>How many artifacts lie in the store, half-written ones included.</summary>
    internal int Artifacts()
    {
        var folder = Path.Combine(DataRoot, "artifacts");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length : 0;
    }
}
