using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aigc.Integration.Tests.Chains;
using Aigc.Integration.Tests.Platform;
using Microsoft.Playwright;
using static Aigc.Integration.Tests.Studio.A_person_in_Studio;
using static Microsoft.Playwright.Assertions;

namespace Aigc.Integration.Tests.Studio;

/// <summary>Cancels a chain that has made nearly everything, and goes on with it, in a real browser.</summary>
public sealed class A_person_who_resumes_a_chain
{
    [Fact]
    public async Task Sees_nothing_made_twice()
    {
        using var chain = new SmallChain();
        await using var browser = await InstalledBrowser.Start();
        var environment = new Dictionary<string, string> { ["Aigc__DataRoot"] = chain.DataRoot, ["Aigc__Files__Roots__0"] = Path.GetPathRoot(chain.Folder)! };
        await using var served = RunningProgram.Start("Aigc.Standalone", chain.Folder, environment, "--url", "http://127.0.0.1:0");
        using var http = await ServedDoor.Connect(served, chain.DataRoot);
        var earlier = await Start(http, chain);
        var page = await browser.Window(http.BaseAddress!);
        await SignIn(page, http.DefaultRequestHeaders.Authorization!.Parameter!);
        await page.GotoAsync($"/chains/{earlier}");
        await Live(page);
        await Expect(page.Locator(".chain .link.running .rate").First).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await Picture(page, "chain-rates-light");
        // The answers wait for somebody's approval.
        await Expect(page.Locator(".page-head .status-mark.waiting")).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await Click(page, "Cancel");
        await Expect(page.Locator(".page-head .status-mark.cancelled")).ToBeVisibleAsync();

        await Click(page, "Resume");
        await page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Goes on from an earlier run" })).ToBeVisibleAsync();
        await Expect(page.Locator(".page-head .status-mark.waiting")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.Locator(".chain .link.succeeded .line")).ToHaveTextAsync(["reused", "reused", "reused", "reused"]);
        await Picture(page, "chain-resumed-light");
        await page.GetByRole(AriaRole.Button, new() { Name = "Use dark colours" }).ClickAsync();
        await Picture(page, "chain-resumed-dark");
        await page.SetViewportSizeAsync(400, 820);
        await Picture(page, "chain-resumed-phone");
        var jobs = (await http.GetFromJsonAsync<JsonElement>("/api/jobs?limit=100")).GetProperty("data").EnumerateArray().ToList();
        foreach (var kind in (string[])["dataset-build", "labeling-campaign", "training-run"])
        {
            Assert.Single(jobs, job => job.GetProperty("kind").GetString() == kind);
        }
    }

    private static async Task<string> Start(HttpClient http, SmallChain chain)
    {
        var text = (await File.ReadAllTextAsync(Path.Combine(chain.Folder, "chain.yaml"))).Replace("distribution:\n", "distribution:\n  approval: required\n", StringComparison.Ordinal);
        using var file = new StringContent(text, Encoding.UTF8, "application/yaml");
        using var accepted = await http.PostAsync($"/api/chains?base={Uri.EscapeDataString(chain.Folder)}", file);
        return (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static async Task Picture(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("AIGC_SCREENSHOTS") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
        }
    }
}
