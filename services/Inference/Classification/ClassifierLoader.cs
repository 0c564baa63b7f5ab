using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Classification;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Classification;

/// <summary>Loads folders with a text classifier: checked files, a session, a probe run. Always on the processor: adding up some thousand weights is no work for a GPU.</summary>
internal sealed class ClassifierLoader(IOptions<InferenceOptions> options, TimeProvider time) : IModelLoader
{
    // Sums in another order; a graph that counts its padding is off by the weight of feature 0.
    private const float Tolerance = 1e-3f;

    public bool Recognises(string directory) => ClassifierFolder.Looks(directory);

    public long Estimate(ModelPlace place) => FolderErrors.Named(() => BytesOf(ClassifierFolder.Open(place.Directory)));

    public LoadedModel Load(ModelPlace place) => FolderErrors.Named(() =>
    {
        var folder = ClassifierFolder.Open(place.Directory);
        try
        {
            var session = OrtSessions.Open(folder.Graph.Path, new(1, folder.Config.Features.MaxFeatures, options.Value.Threads, options.Value.Spinning), OrtSessions.Cpu);
            var facts = new TurnFacts(folder.Graph.Variant.File, OrtSessions.Cpu, BytesOf(folder), folder.Config.Features.MaxFeatures);
            return (LoadedModel)new ClassifierModel(place.Model, Probed(new(session, folder.Config.Labels.Count), folder), folder.Config, facts, time);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelNotLoadableException(folder.Graph.Variant.File, e.Message.Replace(folder.Graph.Path, folder.Graph.Variant.File, StringComparison.Ordinal).TrimEnd('.', '\n'), e);
        }
    });

    private static long BytesOf(ClassifierFolder folder) => folder.Graph.Bytes + ClassifierModel.ActivationBytes(folder.Config.Labels.Count);

    private static OrtClassifier Probed(OrtClassifier classifier, ClassifierFolder folder)
    {
        try
        {
            return Probe(classifier, folder.Config.Features.Buckets, folder.Config.Labels.Count) is { } wrong
                ? throw new ModelNotLoadableException(folder.Graph.Variant.File, wrong)
                : classifier;
        }
        catch (GenerationFailedException e)
        {
            classifier.Dispose();
            throw new ModelNotLoadableException(folder.Graph.Variant.File, e.Message.TrimEnd('.'), e);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>The last feature must exist, and a text beside a longer one must score what it scores alone.</summary>
    private static string? Probe(OrtClassifier classifier, int buckets, int labels)
    {
        TextFeatures text = new([buckets - 1], [1]), longer = new([0, 1, buckets - 1], [0.5f, 0.5f, 0.5f]);
        var (alone, together) = (classifier.Run([text]), classifier.Run([text, longer]));
        for (var label = 0; label < labels; label++)
        {
            if (!float.IsFinite(alone[label]) || !float.IsFinite(together[label]))
                return "its logits are not numbers";
            if (MathF.Abs(alone[label] - together[label]) > Tolerance * MathF.Max(1, MathF.Abs(alone[label])))
                return FormattableString.Invariant($"a text beside a longer one scores {together[label]:g4} and alone {alone[label]:g4}: padding is counted");
        }
        return null;
    }
}
