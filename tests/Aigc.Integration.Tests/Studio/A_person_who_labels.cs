using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Integration.Tests.Platform;
using Microsoft.Playwright;
using static Aigc.Integration.Tests.Studio.A_person_in_Studio;
using static Microsoft.Playwright.Assertions;

namespace Aigc.Integration.Tests.Studio;

/// <summary>
/// Every kind of task in a real browser by keyboard, and the disagreement of two that a third settles. Where <c>AIGC_SCREENSHOTS</c> names a folder, the pages are
/// left there as pictures.
/// </summary>
public sealed class A_person_who_labels : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aigc-labels-");
    private InstalledBrowser _browser = null!;
    private RunningProgram _served = null!;
    private HttpClient _http = null!;

    private string Key => _http.DefaultRequestHeaders.Authorization!.Parameter!;

    public async ValueTask InitializeAsync()
    {
        _browser = await InstalledBrowser.Start();
        var data = Path.Combine(_folder.FullName, "data");
        _served = RunningProgram.Start("Aigc.Standalone", _folder.FullName, new Dictionary<string, string> { ["Aigc__DataRoot"] = data }, "--url", "http://127.0.0.1:0");
        _http = await ServedDoor.Connect(_served, data);
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
    public async Task Starts_a_campaign_and_marks_spans_by_keyboard()
    {
        var page = await SignedIn();
        await Open(page, "Annotate");
        await Click(page, "Start a campaign");
        await page.Locator("#campaign-name").FillAsync("Names and places");
        await page.Locator("#campaign-kind").SelectOptionAsync("spans");
        await page.Locator("#campaign-labels").FillAsync("person, place, ship");
        await page.Locator("#campaign-overlap").FillAsync("1");
        await page.Locator("#campaign-question").FillAsync("Mark persons, places and ships.");
        await page.Locator("#campaign-documents").FillAsync("""
            {"title":"Beagle","text":"Charles Darwin sailed from Plymouth on the Beagle, under Robert FitzRoy, and saw the Galápagos in 1835.","predictions":[{"model_version":"names-1","score":0.8,"result":[{"from_name":"spans","to_name":"text","type":"labels","value":{"start":0,"end":14,"labels":["person"]}},{"from_name":"spans","to_name":"text","type":"labels","value":{"start":27,"end":35,"labels":["person"]}}]}]}
            Roald Amundsen left Oslo on the Fram.
            """);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Names and places" })).ToBeVisibleAsync();
        var campaign = page.Url.Split('/')[^1];
        await Until(campaign, "waiting-for-people");
        await Label(page, campaign);

        for (var done = 1; done <= 2; done++)
        {
            var beagle = (await page.Locator(".label-text").InnerTextAsync()).Contains("Darwin", StringComparison.Ordinal);
            if (beagle)
            {
                // The pre-label has Plymouth for a person: it is corrected, the other one kept, a third one added over two words.
                await Go(page, "Plymouth");
                await page.Keyboard.PressAsync("2");
                await Go(page, "Robert");
                await page.Keyboard.PressAsync("Shift+ArrowRight");
                await page.Keyboard.PressAsync("1");
                await Expect(page.Locator(".marks .marked")).ToHaveTextAsync(["Charles Darwin", "Plymouth", "Robert FitzRoy"]);
                await Expect(page.Locator(".marks .mark-button")).ToHaveTextAsync(["person", "place", "person"]);
                await Pictures(page, "spans", ".label-desk");
            }
            else
            {
                await Go(page, "Fram");
                await page.Keyboard.PressAsync("3");
                await Expect(page.Locator(".marks .marked")).ToHaveTextAsync(["Fram"]);
            }

            if (done == 2)
            {
                // Taken back, the first comes as it was left, and the second after it with its marks.
                await page.Keyboard.PressAsync("u");
                await Expect(page.GetByText("0 labelled here")).ToBeVisibleAsync();
                await Expect(page.Locator(".marks .marked")).ToHaveCountAsync(beagle ? 1 : 3);
                await page.Keyboard.PressAsync("Enter");
                await Expect(page.GetByText("1 labelled here")).ToBeVisibleAsync();
                await Expect(page.Locator(".marks .marked")).ToHaveCountAsync(beagle ? 3 : 1);
            }

            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByText($"{done} labelled here")).ToBeVisibleAsync();
        }

        await Until(campaign, "succeeded");
        var agreement = await _http.GetFromJsonAsync<JsonElement>($"/api/annotation/campaigns/{campaign}/agreement");
        Assert.Equal(1, agreement.GetProperty("preLabels")[0].GetProperty("corrected").GetInt32());
    }

    [Fact]
    public async Task Chooses_the_better_answer_and_writes_texts_by_keyboard()
    {
        var pairs = await Campaign(new { task = "preference", overlap = 1, onDisagreement = "wait", question = "Which answer would you rather read?" }, [
            new { title = "Why is the sky blue?", text = "Why is the sky blue?", a = "Because it is.", b = "Air scatters short waves of light more than long ones, so blue comes from everywhere." },
            new { title = "What is a list?", text = "What is a list?", a = "A sequence of elements that can grow.", b = "A kind of boat." },
        ]);
        var texts = await Campaign(new { task = "text", overlap = 1, onDisagreement = "wait", question = "Say it in one sentence.", maxLength = 120 }, [new { title = "Rain", text = "It has been raining since Monday." }]);
        var page = await SignedIn();
        await Label(page, pairs);
        await page.Keyboard.PressAsync("2");
        await Pictures(page, "preference", ".label-desk");
        foreach (var (done, key) in new[] { (1, "2"), (2, "1") })
        {
            await page.Keyboard.PressAsync(key);
            await Expect(page.Locator(".pair-answer.chosen kbd")).ToHaveTextAsync(key);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByText($"{done} labelled here")).ToBeVisibleAsync();
        }

        await Label(page, texts);
        await Expect(page.Locator("#free-text")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Rain since Monday.");
        await Pictures(page, "text", "#free-text");
        await Expect(page.Locator("#free-text-length")).ToContainTextAsync("18 of 120");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".label-desk")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Go to the text");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".label-desk")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("e");
        await Expect(page.Locator("#free-text")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.GetByText("1 labelled here")).ToBeVisibleAsync();
        await Until(pairs, "succeeded");
        await Until(texts, "succeeded");
    }

    [Fact]
    public async Task Settles_a_disagreement_by_keyboard_and_the_campaign_ends()
    {
        var campaign = await Campaign(new { task = "classification", labels = new[] { "praise", "complaint", "question" }, overlap = 2, onDisagreement = "wait" }, [
            new { title = "Note 17", text = "Nice of you to answer after only three weeks." },
        ]);
        var key = await (await _http.PostAsJsonAsync("/api/keys", new { name = "bob", scopes = new[] { "annotate", "look" } })).Content.ReadFromJsonAsync<JsonElement>();
        using var bob = new HttpClient { BaseAddress = _http.BaseAddress };
        bob.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.GetProperty("secret").GetString());
        var cid = await (await _http.PostAsJsonAsync("/api/keys", new { name = "cid", scopes = new[] { "annotate", "look" } })).Content.ReadFromJsonAsync<JsonElement>();
        using var other = new HttpClient { BaseAddress = _http.BaseAddress };
        other.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cid.GetProperty("secret").GetString());
        await Say(bob, campaign, "praise");
        await Say(other, campaign, "complaint");

        var page = await SignedIn();
        await page.GotoAsync($"/annotate/{campaign}");
        await Live(page);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Disagreements (1)" })).ToBeVisibleAsync();
        await Pictures(page, "campaign", "h1");
        await page.GetByRole(AriaRole.Link, new() { Name = "Disagreements (1)" }).ClickAsync();
        await Expect(page.Locator(".disputes")).ToBeFocusedAsync();
        await Pictures(page, "disagreements", ".disputes");
        var complaint = page.Locator(".opinion", new() { HasText = "complaint" });
        await page.Keyboard.PressAsync((await complaint.Locator("kbd").InnerTextAsync()).Trim());
        await Expect(complaint).ToHaveAttributeAsync("aria-checked", "true");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByText("None is undecided")).ToBeVisibleAsync();
        await Until(campaign, "succeeded");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Adjudicated" }).ClickAsync();
        await Expect(page.GetByText("Settled by")).ToBeVisibleAsync();
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await _http.GetFromJsonAsync<JsonElement>("/api/audit?act=task.adjudicated", late.Token)).GetProperty("data").GetArrayLength() == 0)
        {
            await Task.Delay(200, late.Token);
        }
    }

    private static async Task Say(HttpClient client, string campaign, string label)
    {
        var next = await (await client.PostAsJsonAsync($"/api/annotation/campaigns/{campaign}/tasks/next", new { })).Content.ReadFromJsonAsync<JsonElement>();
        var task = next.GetProperty("task").GetProperty("id").GetString();
        (await client.PostAsJsonAsync($"/api/annotation/tasks/{task}/submit", new { lease = next.GetProperty("lease").GetString(), label })).EnsureSuccessStatusCode();
    }

    // Moves word by word until that word is the one, as a person does.
    private static async Task Go(IPage page, string word)
    {
        await page.Keyboard.PressAsync("Home");
        var at = -1;
        var words = await page.Locator(".token").AllInnerTextsAsync();
        await Expect(page.Locator(".token.cursor")).ToHaveTextAsync(words[0]);
        while (words[++at] != word)
        {
            await page.Keyboard.PressAsync("ArrowRight");
        }

        await Expect(page.Locator(".token.cursor")).ToHaveTextAsync(word);
    }

    private static async Task Label(IPage page, string campaign)
    {
        await page.GotoAsync($"/annotate/{campaign}/label");
        await Expect(page.Locator(".label-desk")).ToBeVisibleAsync();
        await Expect(page.Locator(".label-desk:focus-within")).ToBeVisibleAsync();
    }

    private async Task<IPage> SignedIn()
    {
        var page = await _browser.Window(_http.BaseAddress!);
        await SignIn(page, Key);
        return page;
    }

    private async Task<string> Campaign(object annotation, object[] documents)
    {
        var answer = await _http.PostAsJsonAsync("/api/annotation/campaigns", new { name = "Answers", annotation, documents });
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        await Until(id, "waiting-for-people");
        return id;
    }

    private async Task Until(string campaign, string status)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            using var answer = await _http.GetAsync($"/api/annotation/campaigns/{campaign}", late.Token);
            if (answer.IsSuccessStatusCode && (await answer.Content.ReadFromJsonAsync<JsonElement>(late.Token)).GetProperty("status").GetString() == status)
            {
                return;
            }

            await Task.Delay(200, late.Token);
        }
    }

    // On the very page, so that the task in front of the person stays there.
    private static async Task Pictures(IPage page, string name, string desk)
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
        await page.Locator(desk).FocusAsync();

        async Task Shoot(string look)
        {
            await page.WaitForTimeoutAsync(1_000); // a picture, nothing is asserted of it
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"annotate-{name}-{look}.png") });
        }
    }
}
