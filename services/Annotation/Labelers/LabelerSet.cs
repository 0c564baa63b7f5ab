namespace Aigc.Annotation.Labelers;

/// <summary>The automatic labelers of this process by name.</summary>
internal sealed class LabelerSet(IEnumerable<ILabeler> labelers)
{
    private readonly Dictionary<string, ILabeler> _labelers = labelers.ToDictionary(labeler => labeler.Name, StringComparer.Ordinal);

    public IEnumerable<string> Names => _labelers.Keys.Order(StringComparer.Ordinal);

    public ILabeler? Find(string name) => _labelers.GetValueOrDefault(name);
}
