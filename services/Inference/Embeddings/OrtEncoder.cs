using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Aigc.Inference.Engine;
using Aigc.Models.Folders;
using Aigc.Models.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Embeddings;

/// <summary>Runs batches of token sequences through an encoder and pools what comes out. One thread at a time.</summary>
internal sealed class OrtEncoder(InferenceSession session, EncoderGraph graph, Pooling pooling, bool normalises, int padding) : IDisposable
{
    private readonly RunOptions _run = new();

    /// <summary>A vector for each sequence. Shorter ones are padded on the right and masked.</summary>
    /// <param name="batch">At least one, each at least one token.</param>
    public float[][] Run(IReadOnlyList<int[]> batch)
    {
        var width = batch.Max(tokens => tokens.Length);
        using var inputs = new DisposableInputs();
        inputs.Add("input_ids", Numbers(batch, width, (tokens, i) => i < tokens.Length ? tokens[i] : padding), batch.Count, width);
        inputs.Add("attention_mask", Numbers(batch, width, (tokens, i) => i < tokens.Length ? 1 : 0), batch.Count, width);
        if (graph.TokenTypes)
            inputs.Add("token_type_ids", new long[batch.Count * width], batch.Count, width);
        if (graph.Positions)
            inputs.Add("position_ids", Numbers(batch, width, (_, i) => i), batch.Count, width);
        foreach (var past in graph.Pasts)
            inputs.AddEmpty(past, batch.Count);
        using var outputs = session.Run(_run, inputs.Values, [graph.Output]);
        var shape = outputs[0].GetTensorTypeAndShape().Shape;
        var dimensions = (int)shape[^1];
        var values = graph.IsHalf ? Widen(MemoryMarshal.Cast<Float16, Half>(outputs[0].GetTensorDataAsSpan<Float16>())) : outputs[0].GetTensorDataAsSpan<float>();
        var vectors = new float[batch.Count][];
        for (var row = 0; row < batch.Count; row++)
        {
            vectors[row] = graph.IsPooled
                ? values.Slice(row * dimensions, dimensions).ToArray()
                : Pool(values.Slice(row * width * dimensions, width * dimensions), batch[row].Length, dimensions);
            if (normalises)
                Normalise(vectors[row]);
        }
        return vectors;
    }

    /// <summary>Scales a vector to length 1; nothing stays nothing.</summary>
    public static void Normalise(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
            TensorPrimitives.Divide(vector, length, vector);
    }

    public void Dispose()
    {
        _run.Dispose();
        session.Dispose();
    }

    private float[] Pool(ReadOnlySpan<float> tokens, int count, int dimensions)
    {
        if (pooling != Pooling.Mean)
            return tokens.Slice(pooling == Pooling.Cls ? 0 : (count - 1) * dimensions, dimensions).ToArray();
        var mean = new float[dimensions];
        for (var token = 0; token < count; token++)
            TensorPrimitives.Add(mean, tokens.Slice(token * dimensions, dimensions), mean);
        TensorPrimitives.Divide(mean, count, mean);
        return mean;
    }

    private static float[] Widen(ReadOnlySpan<Half> halves)
    {
        var values = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, values);
        return values;
    }

    private static long[] Numbers(IReadOnlyList<int[]> batch, int width, Func<int[], int, long> of)
    {
        var numbers = new long[batch.Count * width];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = of(batch[i / width], i % width);
        return numbers;
    }

    private sealed class DisposableInputs : IDisposable
    {
        public Dictionary<string, OrtValue> Values { get; } = [];

        public void Add(string name, long[] numbers, params long[] shape) => Values[name] = OrtValue.CreateTensorValueFromMemory(numbers, shape);

        public void AddEmpty(OnnxValue past, int rows) => Values[past.Name] = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, DecoderLayout.Supported(past.Type)!.Value, [rows, past.Dimensions![1], 0, past.Dimensions[3]]);

        public void Dispose()
        {
            foreach (var value in Values.Values)
                value.Dispose();
        }
    }
}
