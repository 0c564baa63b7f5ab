namespace Aigc.Application.Studio.Usage;

/// <summary>What was used, as <c>/api/usage</c> tells it. Money is in billionths of the currency.</summary>
internal sealed record UsageView(string Currency, DateTimeOffset From, DateTimeOffset To, UsageTotal Total, List<UsageRow> Data);

/// <summary>All of it.</summary>
internal sealed record UsageTotal(long Entries, long Money);

/// <summary>One group.</summary>
internal sealed record UsageRow(string Group, long Entries, long Money, string Cost, Dictionary<string, long> Quantities);
