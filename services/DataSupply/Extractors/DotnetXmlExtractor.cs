using System.Xml;
using System.Xml.Linq;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// .NET XML documentation: one document a type, with its members, written as reference prose. DTDs are refused (entity bombs) and a file whose
/// XML breaks off is left out whole, never half.
/// </summary>
internal sealed class DotnetXmlExtractor : IExtractor
{
    private const int MaxDepth = 64;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersFromEntities = 1 << 20,
        MaxCharactersInDocument = 1L << 30,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = false,
    };

    public IEnumerable<ExtractedDocument> Extract(Stream content, ExtractionContext context, CancellationToken ct)
    {
        var types = new Dictionary<string, TypeReference>(StringComparer.Ordinal);
        var members = new List<XElement>();
        try
        {
            ReadMembers(content, types, members, ct);
        }
        catch (XmlException error)
        {
            throw error.Message.Contains("DTD", StringComparison.Ordinal)
                ? new SkippedException("xml-dtd", "The XML declares a DTD, which is refused: it could unpack without bound or read other files.", error)
                : new SkippedException("broken-xml", $"The XML is broken at line {error.LineNumber}.", error);
        }

        foreach (var member in members)
        {
            var name = (string)member.Attribute("name")!;
            var owner = OwnerOf(name[2..], types);
            if (!types.TryGetValue(owner, out var type))
            {
                types[owner] = type = new(owner);
            }

            type.Members.Add(member);
        }

        foreach (var type in types.Values.OrderBy(type => type.Id, StringComparer.Ordinal))
        {
            var text = new ReferenceWriter(type).Write();
            if (text.Length > 0)
            {
                yield return new(type.Id, type.Id, text);
            }
        }
    }

    private static void ReadMembers(Stream content, Dictionary<string, TypeReference> types, List<XElement> members, CancellationToken ct)
    {
        using var reader = XmlReader.Create(content, Settings);
        reader.MoveToContent();
        if (reader.LocalName != "doc")
        {
            throw new SkippedException("xml-not-documentation", $"The XML is not .NET documentation: its root is \"{reader.LocalName}\".");
        }

        while (!reader.EOF)
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "member" })
            {
                if (reader.Depth > MaxDepth)
                {
                    throw new SkippedException("xml-too-deep", $"The XML is nested more than {MaxDepth} deep.");
                }

                reader.Read();
                continue;
            }

            ct.ThrowIfCancellationRequested();
            var member = (XElement)XNode.ReadFrom(reader);
            var name = (string?)member.Attribute("name") ?? "";
            if (name.Length < 3 || name[1] != ':' || DepthOf(member) > MaxDepth)
            {
                continue;
            }

            if (name[0] == 'T')
            {
                types.TryAdd(name[2..], new(name[2..]));
                types[name[2..]].Own = member;
            }
            else if (name[0] != 'N')
            {
                members.Add(member);
            }
        }
    }

    private static string OwnerOf(string id, Dictionary<string, TypeReference> types)
    {
        var head = Cref.Head(id);
        // Parameters of a conversion or an indexer come after the head; generic arity may hold no point.
        var owner = head[..Math.Max(0, head.LastIndexOf('.'))];
        while (owner.Length > 0 && !types.ContainsKey(owner) && owner.LastIndexOf('.') is var point and > 0 && types.ContainsKey(owner[..point]))
        {
            owner = owner[..point];
        }

        return owner;
    }

    private static int DepthOf(XElement root)
    {
        int depth = 0, deepest = 0;
        using var reader = root.CreateReader();
        while (reader.Read())
        {
            depth = reader.Depth;
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }
}

/// <summary>What the documentation says of one type.</summary>
internal sealed class TypeReference(string id)
{
    /// <summary>Full name, with generic arity.</summary>
    public string Id { get; } = id;

    public XElement? Own { get; set; }

    public List<XElement> Members { get; } = [];
}
