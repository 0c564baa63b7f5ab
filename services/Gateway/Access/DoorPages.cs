using System.Net;

namespace Aigc.Gateway.Access;

/// <summary>What a form of the door carries along: the antiforgery token, and where to go afterwards.</summary>
internal sealed record FormState(string TokenName, string Token, string Target);

/// <summary>The pages of the door: sign-in, and choosing a password. No script, nothing fetched from anywhere.</summary>
internal static class DoorPages
{
    public static string SignIn(FormState state, string? problem, string? elsewhere) => Page("Sign in", $$"""
          <p>Sign in to this installation.</p>
          {{Alert(problem)}}
          {{(elsewhere is null ? "" : $"<a class=\"button\" href=\"{OidcSignIn.Path}?return={Uri.EscapeDataString(state.Target)}\">Sign in with {WebUtility.HtmlEncode(elsewhere)}</a><hr>")}}
          <form method="post" action="{{Access.SignIn.Path}}">
            <label for="email">E-mail</label>
            <input id="email" name="email" type="email" autocomplete="username" autofocus spellcheck="false">
            <label for="password">Password</label>
            <input id="password" name="password" type="password" autocomplete="current-password">
            {{Hidden(state)}}
            <button type="submit">Sign in</button>
          </form>
          <hr>
          <form method="post" action="{{Access.SignIn.Path}}">
            <label for="key">or with an API key</label>
            <input id="key" name="key" type="password" placeholder="sk-aigc-…" autocomplete="off" required spellcheck="false">
            {{Hidden(state)}}
            <button type="submit" class="second">Sign in with the key</button>
          </form>
          <small>The first key lies in the file <code>api-key</code> of the data folder.</small>
        """);

    public static string Join(FormState state, string invitation, string email, string? problem) => Page("Choose a password", $$"""
          <p>For {{WebUtility.HtmlEncode(email)}}: at least {{Users.Passwords.MinLength}} characters.</p>
          {{Alert(problem)}}
          <form method="post" action="{{Joining.Path}}">
            <input type="hidden" name="invitation" value="{{WebUtility.HtmlEncode(invitation)}}">
            <input name="username" type="hidden" value="{{WebUtility.HtmlEncode(email)}}">
            <label for="password">New password</label>
            <input id="password" name="password" type="password" autocomplete="new-password" minlength="{{Users.Passwords.MinLength}}" maxlength="{{Users.Passwords.MaxLength}}" required autofocus>
            {{Hidden(state)}}
            <button type="submit">Choose and sign in</button>
          </form>
        """);

    public static string Message(string title, string text) => Page(title, $"<p>{WebUtility.HtmlEncode(text)}</p><a class=\"button\" href=\"{Access.SignIn.Path}\">To the sign-in page</a>");

    /// <summary>
    /// Goes on by itself. A session's cookie is not sent along a redirect that began at another site, so the way on begins here anew.
    /// </summary>
    public static string Onward(string target) => Page(
        "Signed in",
        $"<p>You are signed in.</p><a class=\"button\" href=\"{WebUtility.HtmlEncode(target)}\">Go on</a>",
        $"<meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(target)}\">");

    private static string Alert(string? problem) => problem is null ? "" : $"<p class=\"wrong\" role=\"alert\">{WebUtility.HtmlEncode(problem)}</p>";

    private static string Hidden(FormState state) =>
        $"""<input type="hidden" name="return" value="{WebUtility.HtmlEncode(state.Target)}"><input type="hidden" name="{WebUtility.HtmlEncode(state.TokenName)}" value="{WebUtility.HtmlEncode(state.Token)}">""";

    private static string Page(string title, string body, string head = "") => $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        {{head}}
        <title>{{title}} · Aigc</title>
        <style>
          :root { color-scheme: light dark; --ink: #1b1f2a; --soft: #667085; --line: #d0d5dd; --paper: #f5f6fa; --card: #fff; --accent: #594ae2; --bad: #b42318; }
          @media (prefers-color-scheme: dark) { :root { --ink: #f2f4f7; --soft: #98a2b3; --line: #3a4150; --paper: #12141b; --card: #1b1e28; --accent: #8b7dff; --bad: #f97066; } }
          * { box-sizing: border-box; }
          body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
          main { width: min(26rem, 92vw); padding: 2.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 12px 40px rgb(0 0 0 / 8%); }
          h1 { margin: 0 0 .25rem; font-size: 1.5rem; letter-spacing: -.01em; }
          p { margin: 0 0 1.25rem; color: var(--soft); }
          label { display: block; margin: .9rem 0 .4rem; font-weight: 600; font-size: .9rem; }
          input { width: 100%; padding: .7rem .8rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px; }
          input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); outline-offset: 1px; }
          button, .button { display: block; width: 100%; margin-top: 1.1rem; padding: .75rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; color: #fff; background: #594ae2; border: 0; border-radius: 8px; cursor: pointer; }
          .second { color: inherit; background: transparent; border: 1px solid var(--line); }
          .wrong { color: var(--bad); font-size: .9rem; }
          hr { margin: 1.5rem 0 .5rem; border: 0; border-top: 1px solid var(--line); }
          small { display: block; margin-top: 1.25rem; color: var(--soft); }
        </style>
        </head>
        <body>
        <main>
          <h1>Aigc</h1>
          {{body}}
        </main>
        </body>
        </html>
        """;
}
