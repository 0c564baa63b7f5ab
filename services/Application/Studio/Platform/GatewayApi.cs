using System.Text.Json;
using Aigc.Contracts;
using Aigc.ServiceDefaults;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Aigc.Application.Studio.Platform;

/// <summary>
/// What the gateway answers itself: people, keys, tenants, the audit log. It is in front of this process, not behind it, and takes nobody's word for who asks; so
/// the browser asks, with the session it has. Works from the first interactive render on.
/// </summary>
internal sealed class GatewayApi(IJSRuntime browser) : IAsyncDisposable
{
    private const string Module = "./_content/Aigc.Application/studio.js";

    private Task<IJSObjectReference>? _module;

    /// <summary>Reads something.</summary>
    /// <exception cref="ProblemException">What the gateway answered, or that it is away.</exception>
    public Task<T> Get<T>(string path, CancellationToken ct) => Ask<T>("GET", path, null, ct);

    /// <summary>Does something.</summary>
    /// <inheritdoc cref="Get{T}(string, CancellationToken)"/>
    public Task<T> Post<T>(string path, object body, CancellationToken ct) => Ask<T>("POST", path, body, ct);

    /// <summary>Changes something.</summary>
    /// <inheritdoc cref="Get{T}(string, CancellationToken)"/>
    public Task<T> Patch<T>(string path, object body, CancellationToken ct) => Ask<T>("PATCH", path, body, ct);

    /// <summary>Ends something.</summary>
    /// <inheritdoc cref="Get{T}(string, CancellationToken)"/>
    public Task<T> Delete<T>(string path, CancellationToken ct) => Ask<T>("DELETE", path, null, ct);

    /// <summary>Puts the text of an input on the clipboard; false where the browser refuses.</summary>
    public async Task<bool> Copy(ElementReference input) => await (await Loaded()).InvokeAsync<bool>("copy", input);

    private async Task<T> Ask<T>(string method, string path, object? body, CancellationToken ct)
    {
        var json = body is null ? null : JsonSerializer.Serialize(body, JsonSerializerOptions.Web);
        var (status, text) = await (await Loaded()).InvokeAsync<Answer>("ask", ct, method, path, json);
        return status is >= 200 and < 300 ? JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)! : throw new ProblemException(ProblemOf(status, text));
    }

    private Task<IJSObjectReference> Loaded() => _module ??= browser.InvokeAsync<IJSObjectReference>("import", Module).AsTask();

    private static Problem ProblemOf(int status, string text)
    {
        try
        {
            var error = JsonDocument.Parse(text).RootElement.GetProperty("error");
            return new Problem { Code = error.GetProperty("code").GetString() ?? "error", Message = error.GetProperty("message").GetString()!, Param = error.GetProperty("param").GetString() };
        }
        catch (Exception odd) when (odd is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new Problem
            {
                Code = "service_unavailable",
                Message = status == 0 ? "The gateway does not answer; try again in a moment." : $"The gateway answered {status}.",
                Transient = true,
            };
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_module is not { IsCompletedSuccessfully: true } module)
        {
            return;
        }

        try
        {
            await (await module).DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The window is gone, and the module with it.
        }
    }

    private sealed record Answer(int Status, string Text);
}
