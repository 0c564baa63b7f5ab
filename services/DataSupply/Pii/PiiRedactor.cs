using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Aigc.ServiceDefaults.Outbound;

namespace Aigc.DataSupply.Pii;

/// <summary>
/// Replaces personal data by placeholders. Numbers that only look alike are checked first: cards by Luhn, IBANs by mod 97, addresses by being
/// public, SSNs by the areas that exist; so a serial number in a manual stays what it is.
/// </summary>
internal static partial class PiiRedactor
{
    /// <summary>The text with placeholders, and how many of each kind were put in.</summary>
    public static (string Text, IReadOnlyDictionary<PiiKind, int> Counts) Redact(string text)
    {
        var counts = new SortedDictionary<PiiKind, int>();
        if (text.Contains('@', StringComparison.Ordinal))
        {
            text = Replace(text, Email(), PiiKind.Email, "[EMAIL]", static (_, _) => true, counts);
        }

        if (text.AsSpan().ContainsAnyInRange('0', '9'))
        {
            text = Replace(text, Iban(), PiiKind.Iban, "[IBAN]", static (_, match) => IsIban(match.Value), counts);
            text = Replace(text, Card(), PiiKind.Card, "[CARD]", static (_, match) => IsCard(match.Value), counts);
            text = Replace(text, Ssn(), PiiKind.Ssn, "[SSN]", static (_, match) => IsSsn(match.Value), counts);
            text = Replace(text, Ipv4(), PiiKind.Ip, "[IP]", IsPublicAddress, counts);
            text = Replace(text, Ipv6(), PiiKind.Ip, "[IP]", IsPublicAddress, counts);
            text = Replace(text, Phone(), PiiKind.Phone, "[PHONE]", static (_, match) => IsPhone(match.Value), counts);
        }

        return (text, counts);
    }

    /// <summary>Luhn's check on 13–19 digits.</summary>
    public static bool IsCard(string value)
    {
        var digits = value.Where(char.IsAsciiDigit).Select(c => c - '0').ToArray();
        // All-equal digits pass Luhn for zero and mean nothing.
        if (digits.Length is < 13 or > 19 || digits.Distinct().Count() == 1)
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] * (i % 2 == 1 ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>ISO 13616: the number with its first four characters moved to the end, letters as 10–35, is 1 modulo 97.</summary>
    public static bool IsIban(string value)
    {
        var compact = value.Replace(" ", "", StringComparison.Ordinal);
        if (compact.Length is < 15 or > 34)
        {
            return false;
        }

        var remainder = 0;
        foreach (var c in string.Concat(compact.AsSpan(4), compact.AsSpan(0, 4)))
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : c - 'A' + 10;
            remainder = ((remainder * (digit > 9 ? 100 : 10)) + digit) % 97;
        }

        return remainder == 1;
    }

    private static bool IsSsn(string value) =>
        int.Parse(value.AsSpan(0, 3), CultureInfo.InvariantCulture) is not (0 or 666 or >= 900)
        && !value.AsSpan(4, 2).SequenceEqual("00") && !value.AsSpan(7).SequenceEqual("0000");

    private static bool IsPublicAddress(string text, Match match)
    {
        // "version 4.0.0.1" is no address, nor is a round one such as 1.0.0.0.
        return !text.AsSpan(0, match.Index).TrimEnd().EndsWith("version", StringComparison.OrdinalIgnoreCase)
            && !match.Value.EndsWith(".0.0", StringComparison.Ordinal)
            && IPAddress.TryParse(match.Value, out var address) && PublicAddresses.Contains(address);
    }

    private static bool IsPhone(string value) => value.Count(char.IsAsciiDigit) is >= 8 and <= 15;

    private static string Replace(string text, Regex pattern, PiiKind kind, string placeholder, Func<string, Match, bool> check, SortedDictionary<PiiKind, int> counts) =>
        pattern.Replace(text, match =>
        {
            if (!check(text, match))
            {
                return match.Value;
            }

            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            return placeholder;
        });

    [GeneratedRegex(@"\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Email();

    [GeneratedRegex(@"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", RegexOptions.CultureInvariant)]
    private static partial Regex Iban();

    [GeneratedRegex(@"(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d.-]?\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Card();

    [GeneratedRegex(@"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", RegexOptions.CultureInvariant)]
    private static partial Regex Ssn();

    [GeneratedRegex(@"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d]|\.\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Ipv4();

    [GeneratedRegex(@"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", RegexOptions.CultureInvariant)]
    private static partial Regex Ipv6();

    [GeneratedRegex(@"(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?!\d)|(?<![\w(-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\d-])", RegexOptions.CultureInvariant)]
    private static partial Regex Phone();
}
