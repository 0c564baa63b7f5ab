using Aigc.Application.Studio.Platform;

namespace Aigc.Application.Studio.Accounts;

/// <summary>A list of the gateway's as a page shows it: a piece at a time, whatever its length.</summary>
internal sealed class GatewayList<T>(GatewayApi api)
{
    // An answer crosses the circuit as one message, which may have 32 KB.
    private const int PageSize = 25;

    /// <summary>What has been read; null before the first answer.</summary>
    public List<T>? Rows { get; private set; }

    /// <summary>Whether there are more.</summary>
    public bool More { get; private set; }

    private string? _last;

    /// <summary>Reads from the beginning.</summary>
    /// <param name="path">Path, with or without a query.</param>
    /// <param name="ct">The page is gone.</param>
    public async Task Load(string path, CancellationToken ct)
    {
        var page = await Read(path, null, ct);
        (Rows, _last, More) = (page.Data, page.LastId, page.HasMore);
    }

    /// <summary>Reads on.</summary>
    public async Task LoadMore(string path, CancellationToken ct)
    {
        var page = await Read(path, _last, ct);
        Rows!.AddRange(page.Data);
        (_last, More) = (page.LastId, page.HasMore);
    }

    /// <summary>Shows one as it now is.</summary>
    public void Put(Predicate<T> same, T changed)
    {
        var index = Rows!.FindIndex(same);
        if (index >= 0)
        {
            Rows[index] = changed;
        }
    }

    private Task<GatewayPage<T>> Read(string path, string? after, CancellationToken ct) =>
        api.Get<GatewayPage<T>>($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={PageSize}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", ct);
}
