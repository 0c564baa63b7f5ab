namespace Aigc.Application.FineTuning;

/// <summary>
/// Names of fine-tuned models. The API says <c>ft:scratch-nano:acme:greeter:7f3a9c21</c> as OpenAI does; the registry, whose names are
/// also folders, has the same with hyphens.
/// </summary>
internal static class TunedNames
{
    private const string Prefix = "ft:";
    private const int LongestTenant = 16;

    /// <summary>The name in the API.</summary>
    public static string Of(string @base, string tenant, string? suffix, Guid job)
    {
        var owner = string.Concat(tenant.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit).Take(LongestTenant));
        return $"{Prefix}{@base}:{(owner.Length > 0 ? owner : "org")}:{suffix}:{job.ToString("N")[^8..]}";
    }

    /// <summary>The name in the registry of whatever name a client says.</summary>
    public static string Registered(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) ? string.Join('-', name.Split(':', StringSplitOptions.RemoveEmptyEntries)) : name;
}
