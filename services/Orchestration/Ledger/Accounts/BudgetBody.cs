using System.Globalization;
using System.Text.Json.Serialization;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;

namespace Aigc.Orchestration.Ledger.Accounts;

/// <summary>
/// Budget and limits as they are set: all of them, so that what is left out is without. <c>amount</c> is a text such as <c>"12.50"</c>, since a number of
/// JSON is a fraction to most programs.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BudgetBody(string? Amount = null, string? Period = null, long? TokensPerMinute = null, int? ConcurrentJobs = null)
{
    private const int Decimals = 9;
    private const decimal Most = 1_000_000_000;

    public void Apply(AccountDocument account)
    {
        (account.Budget, account.Period) = (AmountOf(Amount), PeriodOf(Period));
        account.TokensPerMinute = TokensPerMinute is null or >= 1
            ? TokensPerMinute
            : throw new ProblemException("invalid_value", "tokensPerMinute is at least 1; leave it out for no limit.", "tokensPerMinute");
        account.ConcurrentJobs = ConcurrentJobs is null or >= 0
            ? ConcurrentJobs
            : throw new ProblemException("invalid_value", "concurrentJobs is at least 0; leave it out for no limit.", "concurrentJobs");
    }

    private static long? AmountOf(string? amount) => amount is null ? null
        : decimal.TryParse(amount, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var money) && money <= Most && decimal.Round(money, Decimals) == money
            ? (long)(money * Meters.One)
            : throw new ProblemException("invalid_value", $"amount is a text such as \"12.50\": at most {Most:0} and {Decimals} decimals; leave it out for no budget.", "amount");

    private static BudgetPeriod PeriodOf(string? period) => period switch
    {
        null or "month" => BudgetPeriod.Month,
        "day" => BudgetPeriod.Day,
        "total" => BudgetPeriod.Total,
        _ => throw new ProblemException("invalid_value", $"'{period}' is not a period; it is one of day, month, total.", "period"),
    };
}
