using System.Linq.Expressions;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;

namespace Aigc.Application.Paging;

/// <summary>One page of a list whose ids sort by time.</summary>
internal sealed record ItemPage<T>(IReadOnlyList<T> Items, bool HasMore);

/// <summary>Which page of such a list is asked for. The id before the page need not exist any more.</summary>
/// <param name="Limit">Most items.</param>
/// <param name="After">Id the page begins after; null for the first page.</param>
/// <param name="Descending">Newest first.</param>
internal sealed record PageAsked(int Limit, string? After, bool Descending = true)
{
    /// <summary>Of the parameters of a request.</summary>
    /// <exception cref="ProblemException">The limit or the order is none.</exception>
    public static PageAsked Of(int? limit, string? after, string? order = null, int most = 100, int otherwise = 20) => new(
        limit is null ? otherwise
            : limit >= 1 && limit <= most ? limit.Value
            : throw new ProblemException("invalid_value", $"limit must be between 1 and {most}.", "limit"),
        after,
        order switch
        {
            null or "desc" => true,
            "asc" => false,
            _ => throw new ProblemException("invalid_value", $"'{order}' is not an order; it is asc or desc.", "order"),
        });

    /// <summary>Reads the page.</summary>
    public async Task<ItemPage<T>> Read<T>(IDocumentStore<T> store, Func<DocumentQuery<T>> conditions, Expression<Func<T, string>> id, CancellationToken ct)
        where T : class, IDocument
    {
        var query = conditions().OrderBy(id, Descending).Take(Limit + 2);
        if (After is not null)
        {
            query = Descending ? query.AtMost(id, After) : query.AtLeast(id, After);
        }

        var found = (await store.Query(query, ct)).Where(item => item.Id != After).ToArray();
        return new ItemPage<T>(found.Length > Limit ? found[..Limit] : found, found.Length > Limit);
    }
}
