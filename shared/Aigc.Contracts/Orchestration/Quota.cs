using System.Globalization;

namespace Aigc.Contracts.Orchestration;

/// <summary>How a budget that does not suffice is told, wherever it is found out.</summary>
public static class Quota
{
    /// <summary>Code and, in OpenAI's form, type of the refusal.</summary>
    public const string Code = "insufficient_quota";

    /// <summary>The problem.</summary>
    /// <param name="scope">Whose budget: <c>tenant</c>, <c>user</c> or <c>key</c>.</param>
    /// <param name="budget">The budget.</param>
    /// <param name="left">What is left of it.</param>
    /// <param name="cost">The most the work may cost; 0 where nobody can tell.</param>
    /// <param name="ends">When the budget begins anew; null for never.</param>
    /// <param name="currency">Three letters.</param>
    public static Problem Exceeded(string scope, long budget, long left, long cost, DateTimeOffset? ends, string currency) => new()
    {
        Code = Code,
        Message = $"You exceeded your current quota: of the budget of {Money(budget, currency)} of this {scope}, {Money(Math.Max(left, 0), currency)} are left"
            + (cost > 0 ? $" and this may cost {Money(cost, currency)}" : "") + ". "
            + (ends is { } end ? $"The period ends at {end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}." : "The budget does not begin anew; ask for a larger one."),
    };

    /// <summary>An amount as a person reads it: no digit is lost, no zero is added.</summary>
    public static string Money(long amount, string currency) =>
        string.Create(CultureInfo.InvariantCulture, $"{(decimal)amount / Meters.One:0.#########} {currency}");
}
