namespace Aigc.Storage.Documents;

/// <summary>Something stored whole under one id. Writers compete by <see cref="Version"/>: a stale one changes nothing.</summary>
public interface IDocument
{
    /// <summary>Identity within its collection.</summary>
    string Id { get; }

    /// <summary>0 until inserted; grows by one with every write. Kept by the store.</summary>
    int Version { get; set; }
}
