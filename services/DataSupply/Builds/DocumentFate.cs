namespace Aigc.DataSupply.Builds;

/// <summary>What becomes of one document that passed the rules.</summary>
internal enum DocumentFate
{
    Duplicate,
    NotChosen,
    Train,
    Validation,
    Test,
}
