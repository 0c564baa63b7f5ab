namespace Aigc.Inference.Engine.Constraints.Schemas;

/// <summary>Formats as patterns. Each writes texts that every reading of the format accepts, not all texts that some reading accepts.</summary>
internal static class StringFormats
{
    // Years from 1000; the 29th of February in leap years alone.
    private const string Date =
        "([1-9]\\d{3}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))" +
        "|([1-9]\\d(0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29)";

    // RFC 3339 without leap seconds.
    private const string Time = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?(Z|[+-](0\\d|1[0-3]):[0-5]\\d)";

    private const string Label = "[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?";

    private const string Host = Label + "(\\." + Label + "){0,4}";

    private const string Octet = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["date"] = $"^{Date}$",
        ["time"] = $"^{Time}$",
        ["date-time"] = $"^{Date}T{Time}$",
        ["duration"] = "^P(\\d{1,6}W|\\d{1,6}D(T\\d{1,6}H(\\d{1,6}M(\\d{1,6}S)?)?)?|T(\\d{1,6}H(\\d{1,6}M(\\d{1,6}S)?)?|\\d{1,6}M(\\d{1,6}S)?|\\d{1,6}S))$",
        ["uuid"] = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        ["email"] = $"^[A-Za-z0-9_+-]{{1,20}}(\\.[A-Za-z0-9_+-]{{1,20}}){{0,2}}@{Label}(\\.{Label}){{0,2}}\\.[a-z]{{2,10}}$",
        ["hostname"] = $"^{Host}$",
        ["ipv4"] = $"^{Octet}(\\.{Octet}){{3}}$",
        ["ipv6"] = "^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$",
        ["uri"] = $"^[a-z]{{2,8}}://{Host}(:[1-9]\\d{{1,3}})?(/[A-Za-z0-9_.~-]*)*(\\?[A-Za-z0-9_.~=&-]*)?$",
    };

    public static IEnumerable<string> Names => Known.Keys;

    public static string? Find(string name) => Known.GetValueOrDefault(name);
}
