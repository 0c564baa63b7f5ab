using System.Text;
using Aigc.DataSupply.Extractors;

namespace Aigc.DataSupply.Tests.Extractors;

/// <summary>Extracts bytes as a file of a name.</summary>
internal static class Extracting
{
    public static (List<ExtractedDocument> Documents, IReadOnlyDictionary<string, long> Skips) Run(string fileName, byte[] content)
    {
        var skips = new SkipCounts();
        using var stream = new MemoryStream(content);
        var documents = ExtractorTable.For(fileName)!.Extract(stream, new(fileName, skips), TestContext.Current.CancellationToken).ToList();
        return (documents, skips.Counts);
    }

    public static ExtractedDocument One(string fileName, string content) => Assert.Single(Run(fileName, Encoding.UTF8.GetBytes(content)).Documents);

    public static string Refused(string fileName, string content) => Assert.Throws<SkippedException>(() => Run(fileName, Encoding.UTF8.GetBytes(content))).Reason;
}
