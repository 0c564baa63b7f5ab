using Aigc.DataSupply.Pii;

namespace Aigc.DataSupply.Tests.Pii;

public sealed class PiiRedactorTests
{
    [Theory]
    [InlineData("Write to jane.doe+x@mail.example.org today.", "Write to [EMAIL] today.")]
    [InlineData("Host 8.8.8.8 answers.", "Host [IP] answers.")]
    [InlineData("Host 2001:4860:4860::8888 answers.", "Host [IP] answers.")]
    [InlineData("Card 4111 1111 1111 1111 expires.", "Card [CARD] expires.")]
    [InlineData("Card 378282246310005.", "Card [CARD].")]
    [InlineData("Pay to DE89 3704 0044 0532 0130 00 now.", "Pay to [IBAN] now.")]
    [InlineData("Pay to GB82WEST12345698765432 now.", "Pay to [IBAN] now.")]
    [InlineData("SSN 123-45-6789.", "SSN [SSN].")]
    [InlineData("Call +49 30 901820 or (212) 555-0123.", "Call [PHONE] or [PHONE].")]
    public void Personal_data_is_replaced(string text, string expected)
    {
        Assert.Equal(expected, PiiRedactor.Redact(text).Text);
    }

    [Theory]
    [InlineData("Listen on 127.0.0.1, 10.1.2.3 or 192.168.0.1.")]
    [InlineData("Runs on version 4.0.30.1 and later.")]
    [InlineData("Card number 4111 1111 1111 1112 fails Luhn.")]
    [InlineData("IBAN DE89 3704 0044 0532 0130 01 fails its check.")]
    [InlineData("Numbers 000-12-3456, 666-12-3456, 912-12-3456 and 123-00-4567 are no SSNs.")]
    [InlineData("In 2019-11-23 build 10.0.401 took 1234567 ms; ratio 3.14159.")]
    [InlineData("Use std::vector, fe80::1 and @decorators.")]
    public void What_only_looks_alike_stays(string text)
    {
        Assert.Equal(text, PiiRedactor.Redact(text).Text);
    }

    [Fact]
    public void Replacements_are_counted_by_kind()
    {
        var (_, counts) = PiiRedactor.Redact("a@b.org and c@d.org on 8.8.4.4");

        Assert.Equal(new Dictionary<PiiKind, int> { [PiiKind.Email] = 2, [PiiKind.Ip] = 1 }, counts);
    }
}
