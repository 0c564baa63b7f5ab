namespace Aigc.Application.Paging;

/// <summary>A page as OpenAI's lists have it.</summary>
internal sealed record ListView<T>(string Object, IReadOnlyList<T> Data, string? FirstId, string? LastId, bool HasMore)
{
    public static ListView<T> Of<TItem>(ItemPage<TItem> page, Func<TItem, T> view, Func<TItem, string> id) => new(
        "list",
        [.. page.Items.Select(view)],
        page.Items.Count > 0 ? id(page.Items[0]) : null,
        page.Items.Count > 0 ? id(page.Items[^1]) : null,
        page.HasMore);
}
