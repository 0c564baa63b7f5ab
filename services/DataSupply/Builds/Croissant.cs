using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aigc.DataSupply.Builds;

/// <summary>Describes a version in Croissant 1.1 (JSON-LD over schema.org): its data files with their digests and the fields of a row.</summary>
internal static class Croissant
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Fields = ["id", "text", "source", "title", "language"];

    public static async Task Write(string folder, string name, CancellationToken ct)
    {
        var files = new JsonArray();
        foreach (var path in Directory.GetFiles(Path.Combine(folder, "data")).Order(StringComparer.Ordinal))
        {
            await using var content = File.OpenRead(path);
            var file = Path.GetFileName(path);
            files.Add(new JsonObject
            {
                ["@type"] = "cr:FileObject",
                ["@id"] = file,
                ["name"] = file,
                ["contentUrl"] = "data/" + file,
                ["encodingFormat"] = "application/jsonlines",
                ["contentSize"] = content.Length + " B",
                ["sha256"] = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct)),
            });
        }

        var sets = new JsonArray([.. files.Select(file => (JsonNode)RecordSet((string)file!["@id"]!))]);
        var description = new JsonObject
        {
            ["@context"] = new JsonObject
            {
                ["@vocab"] = "https://schema.org/",
                ["sc"] = "https://schema.org/",
                ["cr"] = "http://mlcommons.org/croissant/",
                ["dct"] = "http://purl.org/dc/terms/",
                ["conformsTo"] = "dct:conformsTo",
                ["recordSet"] = "cr:recordSet",
                ["field"] = "cr:field",
                ["source"] = "cr:source",
                ["fileObject"] = new JsonObject { ["@id"] = "cr:fileObject", ["@type"] = "@id" },
                ["extract"] = "cr:extract",
                ["jsonPath"] = "cr:jsonPath",
                ["dataType"] = new JsonObject { ["@id"] = "cr:dataType", ["@type"] = "@vocab" },
            },
            ["@type"] = "sc:Dataset",
            ["name"] = name,
            ["conformsTo"] = "http://mlcommons.org/croissant/1.1",
            ["distribution"] = files,
            ["recordSet"] = sets,
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "croissant.json"), description.ToJsonString(Indented) + "\n", ct);
    }

    private static JsonObject RecordSet(string file)
    {
        var fields = Fields.Select(field => (JsonNode)new JsonObject
        {
            ["@type"] = "cr:Field",
            ["@id"] = $"{file}/{field}",
            ["name"] = field,
            ["dataType"] = "sc:Text",
            ["source"] = new JsonObject { ["fileObject"] = new JsonObject { ["@id"] = file }, ["extract"] = new JsonObject { ["jsonPath"] = "$." + field } },
        });
        return new() { ["@type"] = "cr:RecordSet", ["@id"] = "rows-" + file, ["name"] = "rows-" + file, ["field"] = new JsonArray([.. fields]) };
    }
}
