using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Drafts;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Engine.Managed;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine.Drafts;

/// <summary>The nano model on each of the backends that verify, with a draft of its own weights or without one.</summary>
internal sealed class DraftBench : IDisposable
{
    public const int Length = 128;
    private readonly NanoModel? _model;
    private readonly ManagedFolder? _folder;

    /// <param name="kernels"><c>ort</c> or <c>managed</c>.</param>
    /// <param name="format">Of the weights.</param>
    public DraftBench(string kernels, WeightFormat format) =>
        (_model, _folder) = kernels == "managed" ? ((NanoModel?)null, new ManagedFolder(format)) : (new NanoModel(format: format), null);

    public static TheoryData<string, WeightFormat> Kernels => new()
    {
        { "ort", WeightFormat.Fp32 }, { "ort", WeightFormat.Int8 }, { "managed", WeightFormat.Int8 }, { "managed", WeightFormat.Int4 },
    };

    public IDecoderBackend Backend(int slots)
    {
        var options = new OrtOptions(slots, Length, Threads: 1) { MostVerified = Drafting.MostProposed + 1 };
        if (_folder is not null)
            return _folder.Open(options);
        var path = _model!.FileOf("model.onnx");
        var session = OrtSessions.Open(path, options, OrtSessions.Cpu);
        return new OrtDecoderBackend(session, DecoderGraph.Read(session, path), options, OrtSessions.Cpu);
    }

    public Drafting Propose(IDecoderBackend target, Draft quality, Action<string>? faulted = null) => Propose(target, new BentDraft(Backend(1), quality), faulted);

    /// <summary>Time stands still for it: proposing costs nothing, so it never rests.</summary>
    public static Drafting Propose(IDecoderBackend target, IDecoderBackend draft, Action<string>? faulted = null) =>
        new(draft, target, new Numbers(), new StillTime(), faulted ?? (reason => Assert.Fail(reason)));

    public TextGenerator Generator(int slots, Draft? quality = null)
    {
        var target = Backend(slots);
        return Generator(target, quality is { } draft ? Propose(target, draft) : null);
    }

    public static TextGenerator Generator(IDecoderBackend target, Drafting? drafting) =>
        new("drafted", target, new Numbers(), new OrtOptions(target.Slots, Length).Limits(100), TestMeters.Instruments(), TimeProvider.System, drafting);

    public void Dispose()
    {
        _model?.Dispose();
        _folder?.Dispose();
    }

    /// <summary>Every token is a character of its own and none ends.</summary>
    private sealed class Numbers : ITokenText
    {
        private static readonly byte[][] Spelled = [.. Enumerable.Range(0, 2048).Select(token => System.Text.Encoding.UTF8.GetBytes([(char)(0x4E00 + token)]))];

        public bool IsEnd(int token) => false;

        public ReadOnlySpan<byte> BytesOf(int token) => Spelled[token];
    }
}

/// <summary>A clock that stands.</summary>
internal sealed class StillTime : TimeProvider
{
    public override long GetTimestamp() => 1;
}
