using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aigc.Integration.Tests.Chains;
using Aigc.Integration.Tests.Platform;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aigc.Integration.Tests.Studio;

/// <summary>
/// What a person does in a real browser, on a real platform. Where <c>AIGC_SCREENSHOTS</c> names a folder, every page is left there as a picture, in light and
/// dark colours and as wide as a phone.
/// </summary>
public sealed partial class A_person_in_Studio
{
    private static readonly string[] Pages = ["/", "/chains", "/data", "/annotate", "/models", "/publish", "/usage", "/operate"];

    [Fact]
    public async Task Signs_in_runs_a_chain_labels_by_keyboard_chats_publishes_sees_the_cost_and_takes_it_down()
    {
        using var chain = new SmallChain();
        await using var browser = await InstalledBrowser.Start();
        // The chain reads the SDK's reference files, which lie outside of its folder.
        var environment = new Dictionary<string, string> { ["Aigc__DataRoot"] = chain.DataRoot, ["Aigc__Files__Roots__0"] = Path.GetPathRoot(chain.Folder)! };
        await using var served = RunningProgram.Start("Aigc.Standalone", chain.Folder, environment, "--url", "http://127.0.0.1:0");
        using var http = await ServedDoor.Connect(served, chain.DataRoot);
        var key = http.DefaultRequestHeaders.Authorization!.Parameter!;
        var page = await browser.Window(http.BaseAddress!);

        await SignIn(page, key);
        await RunChain(page, chain);
        await Label(page, 10);
        await Chat(page);
        await Cost(page);
        await TakeDown(page);
        await Picture(browser, http, key);
    }

    internal static async Task SignIn(IPage page, string key)
    {
        await page.GotoAsync("/");
        await page.Locator("#key").FillAsync(key);
        await page.Locator("form:has(#key) button").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Create" })).ToBeVisibleAsync();
        await Live(page);
    }

    private static async Task RunChain(IPage page, SmallChain chain)
    {
        await Open(page, "Chains");
        await Click(page, "Start a chain");
        await page.Locator("#chain-file").FillAsync(await File.ReadAllTextAsync(Path.Combine(chain.Folder, "chain.yaml")));
        await page.GetByLabel("Base folder").FillAsync(chain.Folder);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        var ended = page.Locator(".page-head .status-mark.succeeded, .page-head .status-mark.failed, .fault");
        await ended.First.WaitForAsync(new() { Timeout = 300_000 });
        await Expect(ended.First).ToHaveTextAsync("succeeded", new() { Timeout = 1_000 });
        await Expect(page.Locator(".chain .link.succeeded")).ToHaveCountAsync(5);
    }

    private static async Task Label(IPage page, int tasks)
    {
        await Open(page, "Annotate");
        await page.Locator(".list-row").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Agreement" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Label", Exact = true }).ClickAsync();
        await Expect(page.Locator(".label-desk")).ToBeFocusedAsync();
        for (var done = 1; done <= tasks; done++)
        {
            // The labelers' text is taken over where there is one; a topic is chosen by its key.
            foreach (var text in await page.Locator(".label-side textarea").AllAsync())
            {
                if (string.IsNullOrWhiteSpace(await text.InputValueAsync()))
                {
                    await text.FillAsync("What does it do?");
                }
            }

            await page.Locator(".label-desk").FocusAsync();
            await page.Keyboard.PressAsync("2");
            await Expect(page.Locator(".choices button").Nth(1)).ToHaveAttributeAsync("aria-checked", "true");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByText($"{done} labelled here")).ToBeVisibleAsync();
        }
    }

    private static async Task Chat(IPage page)
    {
        await Open(page, "Create");
        await page.GetByLabel("Your text").FillAsync("What is a list?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(page.Locator(".turn.assistant .note")).ToContainTextAsync("tokens");
    }

    private static async Task Cost(IPage page)
    {
        await Open(page, "Usage");
        // Usage is told by events, which may be under way yet.
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (Nothing().IsMatch(await page.Locator(".big").InnerTextAsync()))
        {
            await Task.Delay(500, late.Token);
            await page.ReloadAsync();
        }

        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "small" })).ToBeVisibleAsync();
    }

    private static async Task TakeDown(IPage page)
    {
        await Open(page, "Publish");
        await page.Locator(".list-row").First.ClickAsync();
        await Click(page, "Take down");
        await page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = "Take down" }).ClickAsync();
        await Expect(page.GetByText("taken down", new() { Exact = true })).ToBeVisibleAsync();
    }

    private static async Task Picture(InstalledBrowser browser, HttpClient http, string key)
    {
        if (Environment.GetEnvironmentVariable("AIGC_SCREENSHOTS") is not { Length: > 0 } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var chain = await Id(http, "/api/jobs?kind=chain", "id");
        string[] all =
        [
            .. Pages, $"/chains/{chain}", $"/lineage/{chain}", $"/data/{await Id(http, "/api/datasets", "digest")}", $"/annotate/{await Id(http, "/api/annotation/campaigns", "id")}",
            $"/annotate/{await Id(http, "/api/annotation/campaigns", "id")}/label", $"/publish/{await Id(http, "/api/publications", "id")}",
        ];
        foreach (var (name, dark, width) in new[] { ("light", false, 1280), ("dark", true, 1280), ("phone", false, 400) })
        {
            var page = await browser.Window(http.BaseAddress!, dark, width);
            await SignIn(page, key);
            foreach (var path in all)
            {
                await page.GotoAsync(path);
                await Live(page);
                await page.WaitForTimeoutAsync(1_200); // a picture, nothing is asserted of it
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{(path == "/" ? "create" : path.Split('/')[1] + (path.Count(c => c == '/') > 1 ? path.EndsWith("/label", StringComparison.Ordinal) ? "-label" : "-one" : ""))}-{name}.png") });
            }
        }
    }

    private static async Task<string> Id(HttpClient http, string list, string id) =>
        (await http.GetFromJsonAsync<JsonElement>(list)).GetProperty("data")[0].GetProperty(id).GetString()!;

    internal static async Task Open(IPage page, string name)
    {
        await page.Locator(".studio-nav").GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync(name);
        await Live(page);
    }

    // Before that a click is not heard.
    internal static Task Live(IPage page) => Expect(page.Locator("main[aria-busy=false]")).ToBeVisibleAsync();

    internal static Task Click(IPage page, string button) => page.GetByRole(AriaRole.Button, new() { Name = button }).First.ClickAsync();

    [GeneratedRegex("^0 ")]
    private static partial Regex Nothing();
}
