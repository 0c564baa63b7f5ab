using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Aigc.Gateway;
using Aigc.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aigc.Application.Tests.Attacks;

/// <summary>Everything the gateway and the application log of real requests, at the level that says most.</summary>
public sealed partial class The_log : ServiceTest
{
    private const string Prompt = "the-words-nobody-else-may-read";
    private const string Answer = "an-answer-nobody-else-may-read";
    private const string Forged = "\r\nfail: Forged[0]\n      somebody was let in\r<3>Forged[0] somebody was let in\n{\"Forged\":0}\n\u2028fail: Forged[0]\x1b[2K\x1b[1A";

    private static readonly string Mistyped = "sk-aigc-" + new string('B', 43);

    [Fact]
    public async Task Holds_no_key_and_no_prompt()
    {
        var log = new ConsoleLog();
        var key = await Requests(log, async (http, key, address) =>
        {
            var hi = new[] { new { role = "user", content = Prompt } };
            foreach (var stream in new[] { false, true })
            {
                Assert.Contains(Answer, await Text(http.PostAsJsonAsync("/v1/chat/completions", new { model = "small-one", stream, messages = hi })), StringComparison.Ordinal);
                Assert.Contains(Answer, await Text(http.PostAsJsonAsync("/v1/completions", new { model = "small-one", stream, prompt = Prompt })), StringComparison.Ordinal);
            }

            await Text(http.PostAsJsonAsync("/v1/responses", new { model = "small-one", input = Prompt, metadata = new { note = Prompt } }));
            await Text(http.PostAsJsonAsync("/v1/embeddings", new { model = "small-one", input = Prompt }));
            await Text(http.PostAsJsonAsync("/api/generations", new { model = "small-one", prompt = Prompt }));
            await Text(http.PostAsJsonAsync("/v1/chat/completions", new { model = "nobody", messages = hi }));
            await Text(http.PostAsJsonAsync("/v1/chat/completions", new { model = "small-one", messages = Prompt }));
            await Text(http.PostAsync("/v1/chat/completions", new StringContent($"{{\"model\":\"small-one\",\"messages\":{Prompt}", Encoding.UTF8, "application/json")));
            await Text(http.PostAsync("/api/chains", Yaml($"name: {Prompt}\nnothing: [ {Prompt}\n")));
            await Text(http.GetAsync("/chains"));
            await Text(http.GetAsync($"/join?token={Mistyped}"));
            await Raw(address, $"GET /v1/models HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nAuthorization: Bearer {Mistyped}\r\n\r\n");
            await Raw(address, $"GET /v1/models HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {key}\0\r\n\r\n");
            await Raw(address, $"GET /v1/models HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization : Bearer {key}\r\n\r\n");
            await SignIn(address, key);
        });

        Assert.All(log.Forms, form =>
        {
            var written = log.In(form);
            Assert.Contains("Microsoft.AspNetCore.Routing", written, StringComparison.Ordinal);
            Assert.All([key, key[8..], Mistyped, Mistyped[8..], Prompt, Answer, ApplicationHost.Token, "CfDJ8"], secret => Assert.DoesNotContain(secret, written, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Has_no_line_that_a_caller_wrote()
    {
        var log = new ConsoleLog();
        await Requests(log, async (http, _, address) =>
        {
            var forged = Uri.EscapeDataString(Forged);
            foreach (var path in new[] { "/v1/models/", "/api/jobs/", "/api/jobs?limit=", "/v1/responses/", "/api/chains/", "/chains/", "/lineage/", "/api/lineage/", "/sign-in?return=", "/?model=", "/nothing/" })
            {
                await Text(http.GetAsync(path + forged));
            }

            await Text(http.PostAsJsonAsync("/v1/chat/completions", new { model = Forged, messages = new[] { new { role = "user", content = "hi" } } }));
            await Text(http.PostAsJsonAsync("/v1/chat/completions", new { model = "small-one", user = Forged, messages = new[] { new { role = Forged, content = "hi" } } }));
            await Text(http.PostAsJsonAsync("/api/keys", new { name = Forged, scopes = new[] { Forged } }));
            await Text(http.PostAsync("/api/chains", Yaml($"name: \"{Forged.ReplaceLineEndings("\\n").Replace("\"", "'", StringComparison.Ordinal)}\"\n")));
            using var header = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            header.Headers.TryAddWithoutValidation("User-Agent", Uri.EscapeDataString(Forged));
            header.Headers.TryAddWithoutValidation("traceparent", "00-fail: Forged[0]");
            await Text(http.SendAsync(header));
            await Raw(address, $"GET /v1/models HTTP/1.1\r\nHost: {address.Authority}\r\nX: 1\rfail: Forged[0]\r\n\r\n");
            await Raw(address, $"GET /\nfail: Forged[0] HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n");
        });

        // What was sent is told of: otherwise nothing was tried here.
        Assert.Contains("Forged", log.In(log.Default), StringComparison.Ordinal);
        Assert.All(log.Forms, form =>
        {
            var lines = Breaks().Split(log.In(form));
            Assert.DoesNotContain(lines, line => line.Contains('\x1b', StringComparison.Ordinal) || line.StartsWith("fail: Forged", StringComparison.Ordinal) || line.StartsWith("<3>Forged", StringComparison.Ordinal) || line.StartsWith("{\"Forged", StringComparison.Ordinal));
        });
    }

    // The gateway before the service, each with the log.
    private async Task<string> Requests(ConsoleLog log, Func<HttpClient, string, Uri, Task> make)
    {
        await using var host = await ApplicationHost.Start(DataRoot, neighbours =>
        {
            neighbours.Log = log;
            neighbours.Generate = (command, reply) => reply.Send(Neighbours.Final(command, Answer));
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = Path.Combine(DataRoot, "gateway"),
            ["Aigc:Gateway:InternalToken"] = ApplicationHost.Token,
            ["Aigc:Gateway:Upstreams:default"] = host.Address.ToString(),
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.AddServiceDefaults();
        builder.AddGateway();
        await using var gateway = builder.Build();
        gateway.UseGateway();
        gateway.MapGateway();
        var key = (await gateway.EnsureFirstKey())!.Secret;
        await gateway.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(gateway.Urls.Single());
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await make(http, key, address);
        await gateway.StopAsync(TestContext.Current.CancellationToken);
        return key;
    }

    private static async Task SignIn(Uri address, string key)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        var token = Token().Match(await browser.GetStringAsync("/sign-in")).Groups[1].Value;
        using var entered = await browser.PostAsync("/sign-in", new FormUrlEncodedContent([new("key", key), new("__RequestVerificationToken", token)]));
        Assert.Contains("Set-Cookie", entered.Headers.Select(header => header.Key));
        await Text(browser.GetAsync("/chains"));
    }

    private static async Task<string> Text(Task<HttpResponseMessage> asked)
    {
        using var response = await asked;
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task Raw(Uri address, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, patience.Token);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), patience.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        await reader.ReadToEndAsync(patience.Token);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    // What a terminal or a reader of logs may take for the end of a line.
    [GeneratedRegex("[\r\n\u0085\u2028\u2029]")]
    private static partial Regex Breaks();
}
