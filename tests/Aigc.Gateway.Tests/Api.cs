using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Aigc.Gateway.Tests;

/// <summary>Short ways to say what a program does with the API.</summary>
internal static class Api
{
    /// <summary>Sends JSON and reads the JSON that comes back, whatever the status.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body)> Send(this HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    public static async Task<JsonElement> Get(this HttpClient client, string path) => await client.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Sends JSON and reads what must have succeeded.</summary>
    public static async Task<JsonElement> Post(this HttpClient client, string path, object? body = null)
    {
        var (status, answer) = await client.Send(HttpMethod.Post, path, body ?? new { });
        Assert.True((int)status < 300, $"{status}: {answer}");
        return answer;
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>Code of an answer in the error form.</summary>
    public static string Code(this JsonElement answer) => answer.GetProperty("error").Text("code");

    /// <summary>Waits for a state of another process.</summary>
    public static async Task Until(Func<Task<bool>> state)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await state())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
