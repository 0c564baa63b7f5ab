using System.Text;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;

namespace Aigc.Provenance.Tests;

internal static class Sample
{
    public const string Body = "A *dictionary* maps keys to values.\n\n- fast & <small>\n\n    var x = \"y\";";

    public static readonly byte[] Secret = Encoding.UTF8.GetBytes("a secret of at least thirty-two bytes");

    public static MarkedText Text(string body = Body, string title = "What is a dictionary?", byte[]? key = null)
    {
        var label = new AigcLabel { ContentProducer = "001191110102MAD55U9H0F10002", ProduceID = "gen-1", ContentPropagator = "Aigc", PropagateID = "pub-1" };
        return new()
        {
            Title = title,
            Date = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Model = "dotnet-docs",
            ModelDigest = new('a', 64),
            ContentId = new('b', 64),
            Label = IntegrityCode.Seal(label, body, key),
            Visible = VisibleLine.Of("dotnet-docs"),
            Body = BodyText.Canonical(body),
        };
    }
}
