using System.Net;
using System.Text.RegularExpressions;

namespace Aigc.Gateway.Tests;

/// <summary>What a person does with the pages of the door.</summary>
internal static partial class Browsing
{
    /// <summary>Fills a page's form in, with what it hides, and sends it.</summary>
    public static async Task<HttpResponseMessage> Fill(this HttpClient browser, string page, string action, params IEnumerable<(string Name, string Value)> fields)
    {
        var hidden = Hidden().Matches(await browser.GetStringAsync(page)).DistinctBy(m => m.Groups[1].Value)
            .ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        foreach (var (name, value) in fields)
        {
            hidden[name] = value;
        }

        return await browser.PostAsync(action, new FormUrlEncodedContent(hidden));
    }

    public static Task<HttpResponseMessage> SignInWithKey(this HttpClient browser, string key, string target = "/") =>
        browser.Fill($"/sign-in?return={Uri.EscapeDataString(target)}", "/sign-in", ("key", key));

    public static Task<HttpResponseMessage> SignInWithPassword(this HttpClient browser, string email, string password, string target = "/") =>
        browser.Fill($"/sign-in?return={Uri.EscapeDataString(target)}", "/sign-in", ("email", email), ("password", password));

    [GeneratedRegex("type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
