using System.Net;

namespace Aigc.Gateway.Access;

/// <summary>The sign-in page: one form, no script, nothing fetched from anywhere.</summary>
internal static class SignInPage
{
    public static string Render(string tokenName, string token, string target, bool wrong) => $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Sign in · Aigc</title>
        <style>
          :root { color-scheme: light dark; --ink: #1b1f2a; --soft: #667085; --line: #d0d5dd; --paper: #f5f6fa; --card: #fff; --accent: #594ae2; --bad: #b42318; }
          @media (prefers-color-scheme: dark) { :root { --ink: #f2f4f7; --soft: #98a2b3; --line: #3a4150; --paper: #12141b; --card: #1b1e28; --accent: #8b7dff; --bad: #f97066; } }
          * { box-sizing: border-box; }
          body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
          main { width: min(26rem, 92vw); padding: 2.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 12px 40px rgb(0 0 0 / 8%); }
          h1 { margin: 0 0 .25rem; font-size: 1.5rem; letter-spacing: -.01em; }
          p { margin: 0 0 1.5rem; color: var(--soft); }
          label { display: block; margin-bottom: .4rem; font-weight: 600; font-size: .9rem; }
          input { width: 100%; padding: .7rem .8rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px; }
          input:focus-visible, button:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); outline-offset: 1px; }
          button { width: 100%; margin-top: 1.1rem; padding: .75rem; font: inherit; font-weight: 600; color: #fff; background: #594ae2; border: 0; border-radius: 8px; cursor: pointer; }
          .wrong { margin: .6rem 0 0; color: var(--bad); font-size: .9rem; }
          small { display: block; margin-top: 1.25rem; color: var(--soft); }
        </style>
        </head>
        <body>
        <main>
          <h1>Aigc</h1>
          <p>Sign in with an API key of this installation.</p>
          <form method="post" action="{{SignIn.Path}}">
            <label for="key">API key</label>
            <input id="key" name="key" type="password" placeholder="sk-aigc-…" autocomplete="current-password" required autofocus spellcheck="false"{{(wrong ? " aria-invalid=\"true\" aria-describedby=\"wrong\"" : "")}}>
            {{(wrong ? "<p class=\"wrong\" id=\"wrong\" role=\"alert\">That key is not known here, or it has expired.</p>" : "")}}
            <input type="hidden" name="return" value="{{WebUtility.HtmlEncode(target)}}">
            <input type="hidden" name="{{WebUtility.HtmlEncode(tokenName)}}" value="{{WebUtility.HtmlEncode(token)}}">
            <button type="submit">Sign in</button>
          </form>
          <small>The first key lies in the file <code>api-key</code> of the data folder.</small>
        </main>
        </body>
        </html>
        """;
}
