using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>One binding and the values it refers to, which must live as long as it does. The memory behind them belongs to the backend.</summary>
internal sealed class BoundRun(OrtIoBinding binding) : IDisposable
{
    private readonly List<OrtValue> _values = [];

    /// <summary>For <see cref="InferenceSession.RunWithBinding(RunOptions, OrtIoBinding)"/>.</summary>
    public OrtIoBinding Binding => binding;

    public void Input(string name, TensorElementType type, nint address, int size, params ReadOnlySpan<long> shape) =>
        binding.BindInput(name, Over(type, address, size, shape));

    public void Output(string name, TensorElementType type, nint address, int size, params ReadOnlySpan<long> shape) =>
        binding.BindOutput(name, Over(type, address, size, shape));

    /// <summary>The same memory as input and output: attention recognises the equal address and appends in place.</summary>
    public void InPlace(string past, string present, TensorElementType type, nint address, params ReadOnlySpan<long> shape)
    {
        var value = Over(type, address, DecoderLayout.SizeOf(type), shape);
        binding.BindInput(past, value);
        binding.BindOutput(present, value);
    }

    /// <summary>Puts another value in an input's place; the value belongs to the caller.</summary>
    public void Replace(string name, OrtValue value) => binding.BindInput(name, value);

    public void Dispose()
    {
        binding.Dispose();
        foreach (var value in _values)
            value.Dispose();
    }

    private OrtValue Over(TensorElementType type, nint address, int size, ReadOnlySpan<long> shape)
    {
        var bytes = (long)size;
        foreach (var dimension in shape)
            bytes *= dimension;
        var value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape.ToArray(), address, bytes);
        _values.Add(value);
        return value;
    }
}
