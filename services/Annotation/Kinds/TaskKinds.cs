using System.Collections.Frozen;

namespace Aigc.Annotation.Kinds;

/// <summary>The kinds of tasks by name.</summary>
internal static class TaskKinds
{
    public const string Instruction = "instruction";
    public const string Topic = "topic";
    public const string Classification = "classification";
    public const string Spans = "spans";
    public const string Preference = "preference";
    public const string Text = "text";

    private static readonly FrozenDictionary<string, TaskKind> Known = new TaskKind[]
    {
        new InstructionKind(), new TopicKind(), new ClassificationKind(), new SpansKind(), new PreferenceKind(), new TextKind(),
    }.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => Known.Keys.Order(StringComparer.Ordinal);

    /// <summary>A kind; null for none of this name.</summary>
    public static TaskKind? Find(string? name) => name is null ? null : Known.GetValueOrDefault(name);

    /// <summary>A kind that a checked specification named.</summary>
    public static TaskKind Of(string name) => Known[name];
}
