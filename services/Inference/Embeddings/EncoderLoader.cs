using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Folders;
using Aigc.Models.Text;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Embeddings;

/// <summary>Loads folders with a text encoder: checked files, a session, a probe run.</summary>
internal sealed class EncoderLoader(IOptions<InferenceOptions> options, OrtSessions sessions, TimeProvider time) : IModelLoader
{
    // Activations of one run of 4,096 tokens: a few times the hidden state, and the scores of attention.
    private const long ActivationBytes = 256 << 20;

    // Quantised activations shift a little with what runs beside them; a graph that ignores its mask shifts by the vector itself.
    private const float Tolerance = 0.05f;

    public bool Recognises(string directory) => EncoderFolder.Looks(directory);

    public long Estimate(ModelPlace place) => FolderErrors.Named(() =>
        EncoderFolder.Open(place.Directory).Graph(options.Value.Variant, sessions.Candidates().First() != OrtSessions.Cpu).Bytes + ActivationBytes);

    public LoadedModel Load(ModelPlace place) => FolderErrors.Named(() => Load(place.Model, EncoderFolder.Open(place.Directory)));

    private EmbeddingModel Load(ModelRef model, EncoderFolder folder)
    {
        var tokenizer = folder.Text();
        if (tokenizer.Before.Count + tokenizer.After.Count >= folder.MaxLength)
            throw new ModelNotLoadableException("tokenizer.json", "it puts more tokens around a text than the model reads");
        string? refused = null;
        foreach (var device in sessions.Candidates())
        {
            var file = folder.Graph(options.Value.Variant, device != OrtSessions.Cpu);
            try
            {
                var vocabulary = folder.Config.Vocabulary ?? tokenizer.VocabularySize;
                if (tokenizer.VocabularySize > vocabulary)
                    throw new ModelNotLoadableException("tokenizer.json", FormattableString.Invariant($"it has {tokenizer.VocabularySize} tokens and the model {vocabulary}"));
                var encoder = Probed(folder, file, device);
                var facts = new EncoderFacts(file.Variant.File, device, file.Bytes + ActivationBytes, folder.MaxLength, vocabulary, folder.Config.Shortens);
                return new EmbeddingModel(model, encoder, tokenizer, facts, time);
            }
            catch (Exception e) when (e is OnnxRuntimeException or ModelNotLoadableException && device != OrtSessions.Cpu && sessions.MayFallBack)
            {
                sessions.Refused(device, refused = e.Message);
            }
            catch (OnnxRuntimeException e)
            {
                throw new ModelNotLoadableException(file.Variant.File, e.Message.Replace(file.Path, file.Variant.File, StringComparison.Ordinal).TrimEnd('.', '\n'), e);
            }
        }
        throw new ModelNotLoadableException(folder.Variants[0].File, refused ?? "no device to run on");
    }

    private OrtEncoder Probed(EncoderFolder folder, GraphFile file, string device)
    {
        var graph = EncoderGraph.Read(file);
        var session = OrtSessions.Open(file.Path, new(1, folder.MaxLength, options.Value.Threads, options.Value.Spinning), device);
        var encoder = new OrtEncoder(session, graph, folder.Pooling, folder.Normalises, folder.Config.Padding is { } padding and >= 0 ? padding : 0);
        try
        {
            return Probe(encoder, folder.MaxLength) is { } wrong ? throw new ModelNotLoadableException(file.Variant.File, wrong) : encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>A text beside a longer one must get the vector it gets alone.</summary>
    private static string? Probe(OrtEncoder encoder, int maxLength)
    {
        int[] text = [1, 2], longer = [.. Enumerable.Range(0, Math.Min(8, maxLength)).Select(i => (i % 3) + 1)];
        if (longer.Length <= text.Length)
            return null;
        var (alone, together) = (encoder.Run([text])[0], encoder.Run([text, longer])[0]);
        var (largest, difference) = (0f, 0f);
        for (var i = 0; i < alone.Length; i++)
        {
            if (!float.IsFinite(alone[i]) || !float.IsFinite(together[i]))
                return "its vectors are not numbers";
            largest = MathF.Max(largest, MathF.Abs(alone[i]));
            difference = MathF.Max(difference, MathF.Abs(alone[i] - together[i]));
        }
        return difference > Tolerance * largest ? FormattableString.Invariant($"a text beside a longer one differs from the text alone by {difference:g3}: the mask is not heeded") : null;
    }
}
