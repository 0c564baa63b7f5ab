using Microsoft.Playwright;

namespace Aigc.Integration.Tests.Studio;

/// <summary>The browser of the machine; nothing is downloaded.</summary>
internal sealed class InstalledBrowser : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private InstalledBrowser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Starts it, or skips the test where there is none.</summary>
    public static async Task<InstalledBrowser> Start()
    {
        var path = Array.Find(Places, File.Exists);
        Assert.SkipWhen(path is null, "No Chromium or Chrome is installed (apt-get install chromium).");
        var playwright = await Playwright.CreateAsync();
        // Containers give no user namespaces to a sandbox; what is shown is our own.
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox"] });
        return new InstalledBrowser(playwright, browser);
    }

    /// <summary>An empty window of a person who likes dark colours or does not.</summary>
    public async Task<IPage> Window(Uri address, bool dark = false, int width = 1280, int height = 820)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        context.SetDefaultTimeout(60_000);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
