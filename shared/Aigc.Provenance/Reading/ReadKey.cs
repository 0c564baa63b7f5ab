using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Reading;

/// <summary>The key of our own integrity codes, and whose labels it is for: a foreign producer's label is checked without it.</summary>
/// <param name="Secret">Secret of the HMAC.</param>
/// <param name="Owner">Producer or propagator name our labels carry.</param>
public sealed record ReadKey(byte[] Secret, string Owner)
{
    internal byte[]? For(AigcLabel label) => label.ContentProducer == Owner || label.ContentPropagator == Owner ? Secret : null;
}
