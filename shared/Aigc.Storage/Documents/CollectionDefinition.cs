namespace Aigc.Storage.Documents;

/// <summary>Name and indexed properties of a collection.</summary>
public sealed record CollectionDefinition<T>(string Name, IReadOnlyList<string> Indexes)
    where T : class, IDocument;
