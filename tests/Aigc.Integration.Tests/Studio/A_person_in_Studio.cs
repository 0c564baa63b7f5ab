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
    private static readonly string[] Pages = ["/", "/chains", "/data", "/annotate", "/models", "/publish", "/usage", "/operate", "/accounts", "/accounts/keys", "/accounts/tenants", "/accounts/audit"];

    [Fact]
    public async Task Signs_in_runs_a_chain_labels_by_keyboard_chats_approves_sees_the_cost_takes_it_down_and_gives_out_keys()
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
        await Picture(browser, http, key, "/publish?status=awaiting-approval");
        await Approve(page);
        await Cost(page);
        await TakeDown(page);
        await Accounts(page);
        await Picture(browser, http, key, await Addresses(http));
        await SignOut(page);
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
        var file = await File.ReadAllTextAsync(Path.Combine(chain.Folder, "chain.yaml"));
        await page.Locator("#chain-file").FillAsync(file.Replace("distribution:\n", "distribution:\n  approval: required\n", StringComparison.Ordinal));
        await page.GetByLabel("Base folder").FillAsync(chain.Folder);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        // The answers are there, and nothing goes out before somebody has looked at them.
        var ended = page.Locator(".page-head .status-mark.waiting, .page-head .status-mark.failed, .fault");
        await ended.First.WaitForAsync(new() { Timeout = 300_000 });
        await Expect(ended.First).ToHaveTextAsync("waiting", new() { Timeout = 1_000 });
        await Expect(page.Locator(".chain .link.succeeded")).ToHaveCountAsync(4);
        Assert.False(Directory.Exists(Path.Combine(chain.Folder, "out")));
    }

    private static async Task Approve(IPage page)
    {
        await Open(page, "Publish");
        await page.GetByRole(AriaRole.Link, new() { Name = "To approve" }).ClickAsync();
        var (desk, rows) = (page.Locator(".approval"), page.Locator(".list-row"));
        await Expect(desk).ToBeFocusedAsync();
        await Expect(page.Locator(".preview .chip")).ToHaveCountAsync(3);
        for (var left = await rows.CountAsync(); left > 0; left--)
        {
            await Expect(rows).ToHaveCountAsync(left);
            await Expect(desk).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("a");
        }

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing awaits approval" })).ToBeVisibleAsync();
        await Open(page, "Chains");
        await page.Locator(".list-row").First.ClickAsync();
        await Expect(page.Locator(".page-head .status-mark.succeeded")).ToBeVisibleAsync();
        await Expect(page.Locator(".chain .link.succeeded")).ToHaveCountAsync(5);
    }

    private static async Task Accounts(IPage page)
    {
        await Open(page, "Accounts");
        await page.GetByLabel("E-mail").FillAsync("mei@example.com");
        await page.GetByRole(AriaRole.Button, new() { Name = "Invite", Exact = true }).ClickAsync();
        await Expect(page.Locator(".shown-once input")).ToHaveValueAsync(Invitation());
        await Expect(page.GetByLabel("Role of mei@example.com")).ToHaveValueAsync("operator");

        await page.Locator(".subnav").GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Keys");
        await page.GetByLabel("Name").FillAsync("reports");
        await page.GetByLabel("look").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        await Expect(page.Locator(".shown-once input")).ToHaveValueAsync(Secret());
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Expect(page.Locator(".shown-once")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke reports" }).ClickAsync();
        await page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "revoked", Exact = true })).ToBeVisibleAsync();

        await page.Locator(".subnav").GetByRole(AriaRole.Link, new() { Name = "Audit log" }).ClickAsync();
        foreach (var act in (string[])["key.revoked", "user.invited", "publication.taken-down", "publication.approved"])
        {
            await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = act }).First).ToBeVisibleAsync();
        }
    }

    private static async Task SignOut(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.Locator("#key")).ToBeVisibleAsync();
        await page.GotoAsync("/accounts");
        await Expect(page.Locator("#key")).ToBeVisibleAsync();
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

    private static async Task<string[]> Addresses(HttpClient http)
    {
        var (chain, campaign) = (await Id(http, "/api/jobs?kind=chain", "id"), await Id(http, "/api/annotation/campaigns", "id"));
        return
        [
            .. Pages, $"/chains/{chain}", $"/lineage/{chain}", $"/data/{await Id(http, "/api/datasets", "digest")}", $"/annotate/{campaign}", $"/annotate/{campaign}/label",
            $"/publish/{await Id(http, "/api/publications", "id")}",
        ];
    }

    private static async Task Picture(InstalledBrowser browser, HttpClient http, string key, params string[] paths)
    {
        if (Environment.GetEnvironmentVariable("AIGC_SCREENSHOTS") is not { Length: > 0 } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        foreach (var (name, dark, width) in new[] { ("light", false, 1280), ("dark", true, 1280), ("phone", false, 400) })
        {
            var page = await browser.Window(http.BaseAddress!, dark, width);
            await SignIn(page, key);
            foreach (var path in paths)
            {
                await page.GotoAsync(path);
                await Live(page);
                await page.WaitForTimeoutAsync(1_200); // a picture, nothing is asserted of it
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{NameOf(path)}-{name}.png") });
            }
        }
    }

    // Ids are left out: "/annotate/3f…/label" is "annotate-label".
    private static string NameOf(string path) => path switch
    {
        "/" => "create",
        _ when path.Contains('?', StringComparison.Ordinal) => path.Trim('/').Replace("?status=", "-", StringComparison.Ordinal),
        _ when Pages.Contains(path) => path.Trim('/').Replace('/', '-'),
        _ => path.Split('/')[1] + (path.EndsWith("/label", StringComparison.Ordinal) ? "-label" : "-one"),
    };

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

    [GeneratedRegex("^http://.*[?]token=.+")]
    private static partial Regex Invitation();

    [GeneratedRegex("^sk-aigc-.+")]
    private static partial Regex Secret();

    [GeneratedRegex("^0 ")]
    private static partial Regex Nothing();
}
