using Aigc.Provenance.Placing;
using Aigc.Provenance.Reading;
using Aigc.ServiceDefaults;

namespace Aigc.Distribution.Marking;

/// <summary>Nothing is published unless the final bytes, read again, carry every required mark and the body that was meant.</summary>
internal sealed class MarkGate(Marker marker)
{
    /// <summary>The marks found.</summary>
    /// <exception cref="ProblemException"><c>mark_missing</c>.</exception>
    public IReadOnlyList<string> Check(ReadOnlySpan<byte> final, MarkedText meant)
    {
        var report = MarkReader.Read(final, marker.Key);
        if (report.Missing.Count > 0)
            throw new ProblemException("mark_missing", $"The published bytes do not carry {string.Join(", ", report.Missing)}; what was written is taken back.");
        if (report.Body != meant.Body || report.Label != meant.Label)
            throw new ProblemException("mark_missing", "The published bytes carry another text or another label than was meant; what was written is taken back.");
        return report.Found;
    }
}
