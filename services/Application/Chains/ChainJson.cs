using System.Text;
using System.Text.Json;

namespace Aigc.Application.Chains;

/// <summary>Reads a chain file written as JSON. JSON is nearly YAML, but not its tabs and escapes; so it has a reader of its own.</summary>
internal static class ChainJson
{
    public static ChainNode Read(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = ChainText.MaxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            var node = Node(ref reader, bytes);
            return reader.Read() ? throw ChainText.Fault(Line(bytes, reader.TokenStartIndex), Column(bytes, reader.TokenStartIndex), "nothing may follow the document") : node;
        }
        catch (JsonException broken)
        {
            throw ChainText.Fault((broken.LineNumber ?? 0) + 1, (broken.BytePositionInLine ?? 0) + 1, "this is not JSON: " + broken.Message.Split(" LineNumber:")[0].TrimEnd('.'));
        }
    }

    private static ChainNode Node(ref Utf8JsonReader reader, byte[] bytes)
    {
        var (line, column) = (Line(bytes, reader.TokenStartIndex), Column(bytes, reader.TokenStartIndex));
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<ChainEntry>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = new ChainScalar(reader.GetString()!, true, Line(bytes, reader.TokenStartIndex), Column(bytes, reader.TokenStartIndex));
                    reader.Read();
                    entries.Add(new ChainEntry(key, Node(ref reader, bytes)));
                }

                return new ChainMap(entries, line, column);
            case JsonTokenType.StartArray:
                var items = new List<ChainNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Node(ref reader, bytes));
                }

                return new ChainList(items, line, column);
            case JsonTokenType.String:
                return new ChainScalar(reader.GetString()!, true, line, column);
            default:
                return new ChainScalar(Encoding.UTF8.GetString(reader.ValueSpan), false, line, column);
        }
    }

    private static int Line(byte[] bytes, long index) => bytes.AsSpan(0, (int)index).Count((byte)'\n') + 1;

    private static int Column(byte[] bytes, long index)
    {
        var before = bytes.AsSpan(0, (int)index);
        return Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
    }
}
