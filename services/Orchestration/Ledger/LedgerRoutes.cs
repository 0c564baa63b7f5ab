using System.Globalization;
using System.Text.Json.Serialization;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger.Accounts;
using Aigc.Orchestration.Ledger.Prices;
using Aigc.Orchestration.Ledger.Usage;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Ledger;

/// <summary>A price as it is written into the list.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PriceBody(string? Model, DateTimeOffset? From = null, Dictionary<string, long>? Rates = null);

/// <summary>Usage, prices, budgets.</summary>
internal static class LedgerRoutes
{
    private const string Tenants = "tenant";
    private static readonly TimeSpan DefaultSpan = TimeSpan.FromDays(30);

    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        foreach (var prefix in new[] { "/api/usage", "/api/ledger" })
        {
            var usage = app.MapGroup(prefix).WithTags("Usage");
            usage.MapGet("/", Usage).WithSummary("What was used and what it cost, by key, user, model, kind, day, hour, chain or artifact.");
            usage.MapGet("/entries", Entries).WithSummary("Single pieces of work, newest first.").Produces<UsagePage<EntryView>>();
        }

        var prices = app.MapGroup("/api/prices").WithTags("Usage");
        prices.MapGet("/", (PriceBook book, CancellationToken ct) => book.List(ct)).WithSummary("The price list: billionths of the currency for one unit, by meter.");
        prices.MapPost("/", AddPrice).WithSummary("Adds a price that holds from a moment on.").Produces<Price>(StatusCodes.Status201Created);
        var budgets = app.MapGroup("/api/budgets").WithTags("Usage");
        budgets.MapGet("/", (HttpContext http, AccountViews views, CancellationToken ct) => views.List(http.Tenant(), ct)).WithSummary("Budgets, limits and what was spent of them.");
        budgets.MapGet("/{scope}/{subject}", Budget).Produces<AccountView>();
        budgets.MapPut("/{scope}/{subject}", SetBudget).WithSummary("Sets budget and limits of the tenant, of a user or of a key.").Produces<AccountView>();
        app.MapOrganization();
    }

    /// <summary>The span asked for, in whole hours.</summary>
    public static (DateTimeOffset From, DateTimeOffset To) Span(TimeProvider time, DateTimeOffset? from, DateTimeOffset? to)
    {
        var until = to ?? time.GetUtcNow().AddHours(1);
        return (Hour(from ?? until - DefaultSpan), to is null ? Hour(until) : until.ToUniversalTime());
    }

    /// <summary>A page size, checked.</summary>
    public static int Limit(int? limit, int usual, int most) => limit is null ? usual
        : limit >= 1 && limit <= most ? limit.Value
        : throw new ProblemException("invalid_value", $"limit must be between 1 and {most}.", "limit");

    private static async Task<IResult> Usage(
        HttpContext http,
        UsageReader reader,
        TimeProvider time,
        DateTimeOffset? from,
        DateTimeOffset? to,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "group_by")] string? groupBy,
        int? limit,
        string? after,
        CancellationToken ct)
    {
        var span = Span(time, from, to);
        var size = Limit(limit, 100, UsageReader.MaxPage);
        var report = await reader.Read(new ReadUsage { Tenant = http.Tenant(), From = span.From, To = span.To, GroupBy = groupBy ?? "model" }, ct);
        var rest = report.Lines.Where(line => after is null || string.CompareOrdinal(line.Group, after) > 0).ToList();
        UsageLine[] page = [.. rest.Take(size)];
        return Results.Ok(new
        {
            @object = "list",
            currency = report.Currency,
            from = span.From,
            to = span.To,
            total = new { entries = report.Lines.Sum(line => line.Entries), money = report.Lines.Sum(line => line.Money) },
            data = page.Select(line => new { line.Group, line.Entries, line.Money, cost = Quota.Money(line.Money, report.Currency), line.Quantities }),
            first_id = page.FirstOrDefault()?.Group,
            last_id = page.LastOrDefault()?.Group,
            has_more = rest.Count > size,
        });
    }

    private static async Task<IResult> Entries(
        HttpContext http, UsageReader reader, TimeProvider time, DateTimeOffset? from, DateTimeOffset? to, int? limit, string? after, CancellationToken ct)
    {
        var span = Span(time, from, to);
        var (entries, more) = await reader.Entries(http.Tenant(), span.From, span.To, Limit(limit, 100, UsageReader.MaxPage), after, ct);
        EntryView[] page = [.. entries.Select(EntryView.Of)];
        return Results.Ok(new UsagePage<EntryView>("list", page, page.FirstOrDefault()?.Id, page.LastOrDefault()?.Id, more));
    }

    private static async Task<IResult> AddPrice(HttpContext http, PriceBook book, AdministrativeActs acts, IOptions<LedgerOptions> options, PriceBody body, CancellationToken ct)
    {
        if (http.Tenant() != options.Value.Owner)
        {
            return ApiErrors.Result(StatusCodes.Status403Forbidden, "not_the_owner", $"Prices are the installation's; the tenant '{options.Value.Owner}' sets them.");
        }

        var price = await book.Add(body.Model, body.From, body.Rates, ct);
        await acts.Tell(http, "price.added", body.Model ?? "default", (body.Rates ?? []).ToDictionary(rate => rate.Key, rate => rate.Value.ToString(CultureInfo.InvariantCulture)));
        return Results.Json(price, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> Budget(HttpContext http, string scope, string subject, AccountBook accounts, AccountViews views, CancellationToken ct) =>
        await accounts.Find(Account(http.Tenant(), scope, subject), ct) is { } account ? Results.Ok(views.View(account)) : ApiErrors.NotFound($"account of the {scope}", subject);

    private static async Task<IResult> SetBudget(
        HttpContext http, string scope, string subject, BudgetBody body, AccountBook accounts, AccountViews views, AdministrativeActs acts,
        IOptions<LedgerOptions> options, CancellationToken ct)
    {
        // A tenant shares its budget out among its people and keys; how much that is, is not its own to say.
        if (scope == Tenants && http.Tenant() != options.Value.Owner)
        {
            return ApiErrors.Result(StatusCodes.Status403Forbidden, "not_the_owner", $"Budgets of tenants are set by the tenant '{options.Value.Owner}'; set those of your users and keys.");
        }

        var account = Account(scope == Tenants ? subject : http.Tenant(), scope, subject);
        var changed = await accounts.Change(account, body.Apply, ct);
        await acts.Tell(http, "budget.changed", $"{scope}/{subject}");
        return Results.Ok(views.View(changed));
    }

    private static AccountRef Account(string tenant, string scope, string subject) => scope switch
    {
        Tenants when subject != tenant => throw new ProblemException("not_found", $"There is no tenant '{subject}'.", "subject"),
        Tenants or "user" or "key" when subject.Length <= 200 => new AccountRef { Tenant = tenant, Scope = scope, Subject = subject },
        _ => throw new ProblemException("invalid_value", $"'{scope}' has no budget; it is one of tenant, user, key.", "scope"),
    };

    private static DateTimeOffset Hour(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}

internal sealed record UsagePage<T>(
    string Object,
    IReadOnlyList<T> Data,
    [property: JsonPropertyName("first_id")] string? FirstId,
    [property: JsonPropertyName("last_id")] string? LastId,
    [property: JsonPropertyName("has_more")] bool HasMore);

/// <summary>An entry as it is shown. Money is in billionths of the currency.</summary>
internal sealed record EntryView(
    string Id, DateTimeOffset At, string Kind, string? Model, string? Key, string? User, string Job, string? Chain, string? Artifact, IReadOnlyDictionary<string, long> Quantities, long Money)
{
    public static EntryView Of(UsageEntry entry) =>
        new(entry.Id, entry.At, entry.Kind, entry.Model, entry.Key, entry.User, entry.Job, entry.Chain, entry.Artifact, entry.Quantities, entry.Money);
}
