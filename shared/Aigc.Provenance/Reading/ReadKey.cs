using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Reading;

/// <summary>The key of our own integrity codes, and whose labels it is for: a foreign producer's label is checked without it.</summary>
/// <param name="Secret">Secret of the HMAC.</param>
/// <param name="Owners">Producer and propagator names our labels carry.</param>
public sealed record ReadKey(byte[] Secret, IReadOnlyList<string> Owners)
{
    internal byte[]? For(AigcLabel label) => Owners.Contains(label.ContentProducer) || Owners.Contains(label.ContentPropagator) ? Secret : null;
}
