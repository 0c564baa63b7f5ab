using System.Net;

namespace Aigc.Integration.Tests.Platform;

/// <summary>Walks the routes of every service and of the door, as the code maps them: a new route is walked without being named here.</summary>
public sealed class Every_route(TwoTenants platform) : IClassFixture<TwoTenants>
{
    // What a person without a session needs to get one, and what a machine asks about health.
    private static readonly string[] Open = ["/health/live", "/health/ready", "/sign-in", "/join"];

    // The installation's owner alone may say these: others are told so, which tells them nothing.
    private static readonly string[] OwnersAlone = ["/api/tenants", "/api/budgets", "/api/faults"];

    [Fact]
    public async Task Is_closed_to_who_shows_no_key()
    {
        Assert.True(platform.Routes.Count > 40, "The routes were not found.");
        var answers = await Walk(platform.Routes.Where(route => !Open.Contains(route.Pattern)), platform.Nobody, _ => "x");

        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{answer.Route}: {answer.Status}"));
    }

    [Fact]
    public async Task Is_closed_to_who_goes_past_the_door()
    {
        platform.PastTheDoor.DefaultRequestHeaders.TryAddWithoutValidation("x-aigc-tenant", "default");
        platform.PastTheDoor.DefaultRequestHeaders.TryAddWithoutValidation("x-aigc-internal", "a guess");
        platform.PastTheDoor.DefaultRequestHeaders.TryAddWithoutValidation("x-aigc-scopes", "*");
        var answers = await Walk(platform.Routes.Where(route => !Open.Contains(route.Pattern)), platform.PastTheDoor, _ => "x");

        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{answer.Route}: {answer.Status}"));
    }

    [Fact]
    public async Task That_takes_an_id_knows_its_own_tenants_and_no_other()
    {
        // What catches the routes that are not there takes no ids: nothing is behind it.
        var routes = platform.Routes.Where(route => route is { IsApi: true, TakesIds: true, IsWayOn: false } and not { Pattern: "/v1/{**route}" }).ToList();
        var unknown = routes.Where(route => IdOf(route) is null).Select(route => route.ToString());
        Assert.True(!unknown.Any(), $"Say in TwoTenants which ids these take: {string.Join(", ", unknown)}");
        var read = routes.Where(route => route.Method == "GET").ToList();

        var own = await Walk(read, platform.Owner, IdOf);
        var foreign = await Walk(routes, platform.Other, IdOf);

        Assert.All(own, answer => Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Route}: {answer.Status} {answer.Text}"));
        Assert.All(foreign, answer => Assert.True(
            answer.Status == HttpStatusCode.NotFound || (OwnersAlone.Any(prefix => answer.Route.Pattern.StartsWith(prefix, StringComparison.Ordinal)) && answer.Status == HttpStatusCode.Forbidden),
            $"{answer.Route}: {answer.Status} {answer.Text}"));
    }

    [Fact]
    public async Task That_takes_none_shows_nothing_of_another_tenant()
    {
        var routes = platform.Routes.Where(route => route is { Method: "GET", IsApi: true, TakesIds: false }).ToList();
        Assert.True(routes.Count > 8, "The lists were not found.");
        // The shorter ones are words that stand elsewhere too.
        var ids = platform.Ids.Values.Where(id => id.Length > 20).ToList();

        var answers = await Walk(routes, platform.Other, _ => "");

        Assert.All(answers, answer => Assert.DoesNotContain(ids, id => answer.Text.Contains(id, StringComparison.Ordinal)));
        Assert.All(answers, answer => Assert.DoesNotContain("\"name\":\"small\"", answer.Text, StringComparison.Ordinal));
    }

    private string? IdOf(Route route) => platform.Ids.OrderByDescending(pair => pair.Key.Length)
        .FirstOrDefault(pair => route.Pattern.StartsWith(pair.Key, StringComparison.Ordinal)).Value;

    private static async Task<List<(Route Route, HttpStatusCode Status, string Text)>> Walk(IEnumerable<Route> routes, HttpClient client, Func<Route, string?> id)
    {
        var answers = new List<(Route, HttpStatusCode, string)>();
        foreach (var route in routes)
        {
            using var request = route.Request(id(route)!);
            using var response = await client.SendAsync(request);
            answers.Add((route, response.StatusCode, await response.Content.ReadAsStringAsync()));
        }

        return answers;
    }
}
