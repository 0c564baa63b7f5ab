using System.Diagnostics.Metrics;

namespace Aigc.Inference.Tests.Engine;

internal sealed class TestMeters : IMeterFactory
{
    public static InferenceInstruments Instruments() => new(new TestMeters());

    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
