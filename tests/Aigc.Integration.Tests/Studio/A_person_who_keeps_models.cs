using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Integration.Tests.Ledger;
using Aigc.Integration.Tests.Platform;
using Microsoft.Playwright;
using static Aigc.Integration.Tests.Studio.A_person_in_Studio;
using static Microsoft.Playwright.Assertions;

namespace Aigc.Integration.Tests.Studio;

/// <summary>
/// Promotes, rolls back and erases versions of a model in a real browser, while programs ask for it by name. Where <c>AIGC_SCREENSHOTS</c> names a folder, the
/// pages are left there as pictures.
/// </summary>
public sealed class A_person_who_keeps_models : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aigc-models-");
    private InstalledBrowser _browser = null!;
    private RunningProgram _served = null!;
    private HttpClient _http = null!;

    private string DataRoot => Path.Combine(_folder.FullName, "data");

    public async ValueTask InitializeAsync()
    {
        _browser = await InstalledBrowser.Start();
        var settings = new Dictionary<string, string> { ["Aigc__DataRoot"] = DataRoot, ["Aigc__Files__Roots__0"] = _folder.FullName };
        _served = RunningProgram.Start("Aigc.Standalone", _folder.FullName, settings, "--url", "http://127.0.0.1:0");
        _http = await ServedDoor.Connect(_served, DataRoot);
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_served is not null)
        {
            await _served.DisposeAsync();
        }

        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Rolls_back_promotes_and_erases_and_programs_are_answered_by_what_is_served()
    {
        var versions = new[] { await Import(1), await Import(2), await Import(3) };
        Assert.Equal(versions[2], await Answers());
        var page = await _browser.Window(_http.BaseAddress!);
        await SignIn(page, _http.DefaultRequestHeaders.Authorization!.Parameter!);
        await Open(page, "Models");
        await Expect(page.Locator(".list-row")).ToContainTextAsync("3 versions");
        await Pictures(page, "models-list");
        await page.Locator(".list-row").First.ClickAsync();

        await Do(page, "Roll back", "Roll back");
        await Expect(Row(page, versions[1])).ToContainTextAsync("Served, promoted");
        Assert.Equal(versions[1], await Answers());

        await Do(page, $"Promote {versions[0][..12]}", "Promote");
        await Expect(Row(page, versions[0])).ToContainTextAsync("Served, promoted");
        Assert.Equal(versions[0], await Answers());
        await Pictures(page, "models-versions");

        await Do(page, $"Erase {versions[0][..12]}", "Erase");
        await Expect(Row(page, versions[0])).ToContainTextAsync("Erased");
        // The one that was promoted before it.
        await Expect(Row(page, versions[1])).ToContainTextAsync("Served, promoted");
        Assert.Equal(versions[1], await Answers());
        await Row(page, versions[0]).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByText("Its files are gone")).ToBeVisibleAsync();
        await Pictures(page, "models-erased");

        await Do(page, "Follow the newest", "Follow");
        await Expect(Row(page, versions[2])).ToContainTextAsync("Served, as the newest");
        Assert.Equal(versions[2], await Answers());

        // Nothing is left of it where the store and the worker keep files.
        await Gone(versions[0]);
        var acts = (await _http.GetFromJsonAsync<JsonElement>("/api/audit")).GetProperty("data").EnumerateArray().Select(line => line.GetProperty("act").GetString()).ToList();
        Assert.Superset(new HashSet<string?> { "model.promoted", "model.erased", "model.unpinned" }, acts.ToHashSet());
    }

    private static ILocator Row(IPage page, string digest) => page.GetByLabel("Versions").Locator("tbody tr", new() { HasText = digest[..12] });

    private static async Task Do(IPage page, string button, string yes)
    {
        await page.GetByLabel("Versions").GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = yes }).ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
    }

    // The worker that answers says which folder it answers from.
    private async Task<string> Answers()
    {
        using var answer = await _http.PostAsJsonAsync("/v1/chat/completions", new { model = "nano", max_tokens = 2, messages = new[] { new { role = "user", content = "Hello" } } });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var fingerprint = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("system_fingerprint").GetString()!;
        var known = (await _http.GetFromJsonAsync<JsonElement>("/api/models/nano/versions")).GetProperty("data").EnumerateArray().Select(version => version.GetProperty("digest").GetString()!);
        return Assert.Single(known, digest => fingerprint == $"fp_{digest[..10]}");
    }

    private async Task<string> Import(int seed)
    {
        var place = Path.Combine(_folder.FullName, $"nano-{seed}");
        NanoFolder.Write(place, seed);
        using var accepted = await _http.PostAsJsonAsync("/api/imports", new { source = new { directory = place }, name = "nano" });
        var id = (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var job = await _http.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}", late.Token);
            Assert.NotEqual("failed", job.GetProperty("status").GetString());
            if (job.GetProperty("status").GetString() == "succeeded")
            {
                return job.GetProperty("result").GetProperty("modelDigest").GetString()!;
            }

            await Task.Delay(100, late.Token);
        }
    }

    private async Task Gone(string digest)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (Directory.EnumerateFileSystemEntries(DataRoot, $"{digest}*", SearchOption.AllDirectories).Any())
        {
            await Task.Delay(100, late.Token);
        }
    }

    private static async Task Pictures(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("AIGC_SCREENSHOTS") is not { Length: > 0 } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        await Shoot("light");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use dark colours" }).ClickAsync();
        await Shoot("dark");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use light colours" }).ClickAsync();
        await page.SetViewportSizeAsync(400, 820);
        await Shoot("phone");
        await page.SetViewportSizeAsync(1280, 820);

        async Task Shoot(string look)
        {
            await page.WaitForTimeoutAsync(1_000); // a picture, nothing is asserted of it
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{look}.png") });
        }
    }
}
