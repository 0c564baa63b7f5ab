using System.Xml.Linq;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Aigc.Gateway.Keys;

/// <summary>A key that session cookies are sealed with.</summary>
internal sealed class ProtectionKey : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Xml { get; init; }
}

/// <summary>Keeps those keys where documents are kept, so that a session opened at one gateway is known at all of them and outlives a restart.</summary>
internal sealed class ProtectionKeys(IDocumentStore<ProtectionKey> documents) : IXmlRepository
{
    // The interface is synchronous; it is asked at start and then once a day.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. documents.Query(new DocumentQuery<ProtectionKey>()).GetAwaiter().GetResult().Select(key => XElement.Parse(key.Xml))];

    public void StoreElement(XElement element, string friendlyName) =>
        documents.Insert(new ProtectionKey { Id = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) }).GetAwaiter().GetResult();
}
