using Aigc.Benchmarks.Inference.Engines;

namespace Aigc.Benchmarks.Inference.LlamaCpp;

/// <summary>llama.cpp as its own programs run it: threads of a pool kept for the context, flash attention and f16 cache as by default, weights repacked.</summary>
internal sealed unsafe class LlamaEngine : IStepEngine
{
    private readonly nint _model;
    private readonly nint _context;
    private readonly nint _memory;
    private readonly int _vocabulary;
    private readonly int[] _tokens, _positions, _counts, _ids;
    private readonly sbyte[] _wants;

    public LlamaEngine(string folder, string file, EngineSettings settings, int vocabulary)
    {
        LlamaLibrary.Load(folder);
        _vocabulary = vocabulary;
        _model = LlamaNative.LoadModel(file, LlamaNative.DefaultModel());
        if (_model == 0)
            throw new InvalidOperationException($"llama.cpp does not load {file}.");
        var wanted = LlamaNative.DefaultContext();
        (wanted.Sequences, wanted.Context) = ((uint)settings.Slots, (uint)(settings.Slots * settings.SlotLength));
        (wanted.Threads, wanted.ThreadsBatch) = (settings.Threads, settings.Threads);
        _context = LlamaNative.NewContext(_model, wanted);
        if (_context == 0)
            throw new InvalidOperationException("llama.cpp gives no context.");
        var pool = LlamaLibrary.NewThreads(settings.Threads);
        LlamaNative.AttachThreads(_context, pool, pool);
        _memory = LlamaNative.Memory(_context);
        var most = Math.Max(settings.Slots, settings.SlotLength);
        (_tokens, _positions, _counts, _ids, _wants) = (new int[most], new int[most], new int[most], new int[most], new sbyte[most]);
    }

    public void Prefill(int slot, ReadOnlySpan<int> tokens)
    {
        LlamaNative.Forget(_memory, slot, -1, -1);
        for (var i = 0; i < tokens.Length; i++)
            Set(i, tokens[i], i, slot, wants: i == tokens.Length - 1);
        Run(tokens.Length);
    }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        for (var row = 0; row < tokens.Length; row++)
            Set(row, tokens[row], lengths[row], row, wants: true);
        Run(tokens.Length);
    }

    public void Truncate(int slot, int length) => LlamaNative.Forget(_memory, slot, length, -1);

    public Span<float> Logits(int row) => new(LlamaNative.Logits(_context, row), _vocabulary);

    public void Dispose()
    {
        LlamaNative.FreeContext(_context);
        LlamaNative.FreeModel(_model);
    }

    private void Set(int at, int token, int position, int sequence, bool wants) =>
        (_tokens[at], _positions[at], _counts[at], _ids[at], _wants[at]) = (token, position, 1, sequence, wants ? (sbyte)1 : (sbyte)0);

    private void Run(int count)
    {
        var sequences = stackalloc int*[count];
        fixed (int* tokens = _tokens, positions = _positions, counts = _counts, ids = _ids)
        fixed (sbyte* wants = _wants)
        {
            for (var i = 0; i < count; i++)
                sequences[i] = ids + i;
            var batch = new LlamaBatch { Count = count, Tokens = tokens, Positions = positions, SequenceCounts = counts, Sequences = sequences, WantsLogits = wants };
            if (LlamaNative.Decode(_context, batch) is not 0 and var code)
                throw new InvalidOperationException($"llama_decode answered {code}.");
        }
    }
}
