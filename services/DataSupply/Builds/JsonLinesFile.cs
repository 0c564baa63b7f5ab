using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aigc.DataSupply.Builds;

/// <summary>JSON Lines under gzip, the same bytes for the same rows: no time stamp in the header, one level, one order of properties.</summary>
internal sealed class JsonLinesFile : IDisposable
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Text stays readable: the lines are data, never HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly byte[] NewLine = [(byte)'\n'];
    private readonly GZipStream _gzip;
    private readonly BufferedStream _buffer;

    /// <summary>Writes to a stream that stays open.</summary>
    public JsonLinesFile(Stream target)
    {
        _gzip = new(target, CompressionLevel.Optimal, leaveOpen: true);
        _buffer = new(_gzip, 1 << 16);
    }

    public void Write<T>(T row)
    {
        JsonSerializer.Serialize(_buffer, row, Json);
        _buffer.Write(NewLine);
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _gzip.Dispose();
    }

    /// <summary>Reads rows one after another.</summary>
    public static IEnumerable<T> Read<T>(Stream source)
    {
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, bufferSize: 1 << 16);
        while (reader.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<T>(line, Json)!;
        }
    }
}
