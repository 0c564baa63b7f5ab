namespace Aigc.DataSupply.Pii;

/// <summary>Kinds of personal data that are replaced by a placeholder.</summary>
internal enum PiiKind
{
    Email,
    Iban,
    Card,
    Ssn,
    Ip,
    Phone,
}
