using System.Globalization;

namespace Aigc.Models.Onnx;

/// <summary>Where the bytes of a tensor lie that are not in the graph.</summary>
public sealed class OnnxExternal
{
    /// <summary>File, relative to the graph's folder; as the graph says, unchecked.</summary>
    public string? Location { get; private set; }

    /// <summary>First byte.</summary>
    public long Offset { get; private set; }

    /// <summary>Number of bytes; 0 where the graph does not say.</summary>
    public long Length { get; private set; }

    internal void Set(ReadOnlySpan<byte> entry)
    {
        string key = "", value = "";
        var pair = new ProtoReader(entry);
        while (pair.Next())
        {
            if (pair.Field == 1)
                key = pair.Text;
            else if (pair.Field == 2)
                value = pair.Text;
        }

        switch (key)
        {
            case "location": Location = value; break;
            case "offset": Offset = Number(value); break;
            case "length": Length = Number(value); break;
        }
    }

    static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException("an offset of its external data is not a number");
}
