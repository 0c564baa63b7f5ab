using System.Text.Json.Serialization;
using Aigc.ServiceDefaults;

namespace Aigc.Gateway.Admin;

/// <summary>Page of a list, in the form every list of the API has.</summary>
internal sealed record Page<T>(
    string Object,
    IReadOnlyList<T> Data,
    [property: JsonPropertyName("first_id")] string? FirstId,
    [property: JsonPropertyName("last_id")] string? LastId,
    [property: JsonPropertyName("has_more")] bool HasMore);

/// <summary>Reads pages by <c>limit</c> and <c>after</c>.</summary>
internal static class Listing
{
    public const int MaxPage = 100;

    private const int DefaultPage = 20;

    /// <summary>
    /// A page of what <paramref name="read"/> gives in order from <paramref name="after"/> on: the store's bound includes it, and one
    /// more than the page tells whether there are more.
    /// </summary>
    public static async Task<Page<TView>> Read<T, TView>(int? limit, string? after, Func<string?, int, Task<IReadOnlyList<T>>> read, Func<T, string> id, Func<T, TView> view)
    {
        if (limit is < 1 or > MaxPage)
        {
            throw new ProblemException("invalid_value", $"limit must be between 1 and {MaxPage}.", "limit");
        }

        var size = limit ?? DefaultPage;
        var found = (await read(after, size + 2)).SkipWhile(item => id(item) == after).ToList();
        var page = found.Take(size).ToList();
        return new Page<TView>("list", [.. page.Select(view)], page.Select(id).FirstOrDefault(), page.Select(id).LastOrDefault(), found.Count > size);
    }
}
