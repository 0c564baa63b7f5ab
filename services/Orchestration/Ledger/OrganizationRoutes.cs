using System.Text.Json;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger.Usage;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Ledger;

/// <summary>The same figures in OpenAI's form: buckets of time, each with results by what was grouped by.</summary>
internal static class OrganizationRoutes
{
    private const int MostBuckets = 180;
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void MapOrganization(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/organization").WithTags("OpenAI");
        group.MapGet("/usage/completions", (HttpContext http, UsageReader reader, TimeProvider time, [AsParameters] BucketQuery query, CancellationToken ct) =>
            Buckets(http, reader, time, query, Tokens, sum => sum.Kind == "text", ct)).WithName("OrganizationUsageCompletions");
        group.MapGet("/usage/embeddings", (HttpContext http, UsageReader reader, TimeProvider time, [AsParameters] BucketQuery query, CancellationToken ct) =>
            Buckets(http, reader, time, query, (place, sums) => Read("embeddings", place, sums), sum => sum.Kind == "embedding", ct)).WithName("OrganizationUsageEmbeddings");
        group.MapGet("/usage/moderations", (HttpContext http, UsageReader reader, TimeProvider time, [AsParameters] BucketQuery query, CancellationToken ct) =>
            Buckets(http, reader, time, query, (place, sums) => Read("moderations", place, sums), sum => sum.Kind == "moderation", ct)).WithName("OrganizationUsageModerations");
        group.MapGet("/costs", (HttpContext http, UsageReader reader, TimeProvider time, IOptions<LedgerOptions> options, [AsParameters] BucketQuery query, CancellationToken ct) =>
            Buckets(http, reader, time, query, (_, sums) => Cost(sums, options.Value.Currency), _ => true, ct)).WithName("OrganizationCosts");
    }

    private static async Task<IResult> Buckets(
        HttpContext http,
        UsageReader reader,
        TimeProvider time,
        BucketQuery query,
        Func<Place, IReadOnlyList<UsageSum>, object> result,
        Func<UsageSum, bool> counts,
        CancellationToken ct)
    {
        var width = query.Width();
        var size = LedgerRoutes.Limit(query.Limit, query.BucketWidth == "1h" ? 24 : 7, MostBuckets);
        var start = query.Start(width);
        var end = query.EndTime is { } stop ? DateTimeOffset.FromUnixTimeSeconds(stop) : time.GetUtcNow();
        var last = start + (width * size);
        var sums = new List<UsageSum>();
        if (start < end)
        {
            await foreach (var sum in reader.Sums(http.Tenant(), UsageSum.ByModel, start, last < end ? last : end, ct))
            {
                sums.Add(sum);
            }
        }

        var buckets = new List<object>();
        for (var from = start; from < end && buckets.Count < size; from += width)
        {
            var results = sums.Where(sum => counts(sum) && sum.Hour >= from && sum.Hour < from + width)
                .GroupBy(query.PlaceOf).Select(group => result(group.Key, [.. group]));
            buckets.Add(new { Object = "bucket", StartTime = from.ToUnixTimeSeconds(), EndTime = (from + width).ToUnixTimeSeconds(), Results = results });
        }

        var more = last < end;
        return Results.Json(new { Object = "page", Data = buckets, HasMore = more, NextPage = more ? $"page_{last.ToUnixTimeSeconds()}" : null }, Snake);
    }

    private static object Tokens(Place place, IReadOnlyList<UsageSum> sums) => new
    {
        Object = "organization.usage.completions.result",
        InputTokens = Sum(sums, Meters.InputTokens) + Sum(sums, Meters.CachedTokens),
        OutputTokens = Sum(sums, Meters.OutputTokens),
        InputCachedTokens = Sum(sums, Meters.CachedTokens),
        InputAudioTokens = 0,
        OutputAudioTokens = 0,
        NumModelRequests = sums.Sum(sum => sum.Entries),
        ProjectId = (string?)null,
        UserId = place.User,
        ApiKeyId = place.Key,
        place.Model,
        Batch = (bool?)null,
    };

    // Work that reads and writes nothing.
    private static object Read(string what, Place place, IReadOnlyList<UsageSum> sums) => new
    {
        Object = $"organization.usage.{what}.result",
        InputTokens = Sum(sums, Meters.InputTokens),
        NumModelRequests = sums.Sum(sum => sum.Entries),
        ProjectId = (string?)null,
        UserId = place.User,
        ApiKeyId = place.Key,
        place.Model,
    };

    // OpenAI's amounts are numbers: exact to 15 digits here, and exact without limit at /api/usage.
    private static object Cost(IReadOnlyList<UsageSum> sums, string currency) => new
    {
        Object = "organization.costs.result",
        Amount = new { Value = (decimal)sums.Sum(sum => sum.Money) / Meters.One, Currency = currency.ToLowerInvariant() },
        LineItem = (string?)null,
        ProjectId = (string?)null,
    };

    private static long Sum(IReadOnlyList<UsageSum> sums, string meter) => sums.Sum(sum => sum.Quantities.GetValueOrDefault(meter));
}

/// <summary>What results are told apart by; null for what is not.</summary>
internal sealed record Place(string? Model, string? Key, string? User);

/// <summary>OpenAI's query. Names in <c>group_by</c> that there is nothing to tell apart by here (project, batch) make one group.</summary>
internal sealed record BucketQuery(
    [FromQuery(Name = "start_time")] long? StartTime,
    [FromQuery(Name = "end_time")] long? EndTime,
    [FromQuery(Name = "bucket_width")] string? BucketWidth,
    [FromQuery(Name = "group_by")] string[]? GroupBy,
    [FromQuery(Name = "group_by[]")] string[]? GroupByList,
    [FromQuery(Name = "limit")] int? Limit,
    [FromQuery(Name = "page")] string? Page)
{
    private const long Latest = 253_402_300_799;

    public TimeSpan Width() => BucketWidth switch
    {
        null or "1d" => TimeSpan.FromDays(1),
        "1h" => TimeSpan.FromHours(1),
        _ => throw new ProblemException("invalid_value", "bucket_width is 1d or 1h: usage is kept by the hour.", "bucket_width"),
    };

    public DateTimeOffset Start(TimeSpan width)
    {
        var asked = Page is null ? StartTime
            : Page.StartsWith("page_", StringComparison.Ordinal) && long.TryParse(Page.AsSpan(5), out var next) ? next
            : throw new ProblemException("invalid_value", "page is the next_page of an answer.", "page");
        if (EndTime is < 0 or > Latest)
        {
            throw new ProblemException("invalid_value", "end_time is in Unix seconds.", "end_time");
        }

        return asked is { } start and >= 0 and <= Latest
            ? DateTimeOffset.FromUnixTimeSeconds(start - (start % (long)width.TotalSeconds))
            : throw new ProblemException("missing_required_parameter", "You must provide start_time, in Unix seconds.", "start_time");
    }

    public Place PlaceOf(UsageSum sum)
    {
        string[] by = [.. GroupBy ?? [], .. GroupByList ?? []];
        return new(by.Contains("model") ? sum.Model : null, by.Contains("api_key_id") ? sum.Key : null, by.Contains("user_id") ? sum.User : null);
    }
}
