using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aigc.DataSupply.Extractors;
using Aigc.DataSupply.Recipes;

namespace Aigc.DataSupply.Sources;

/// <summary>Rows a recipe makes, a JSON Lines file for each of its files. They are made when a file is opened, and are the same bytes every time.</summary>
internal sealed class RecipeSource(Recipe recipe, int seed, int perFamily) : ISource
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly byte[] NewLine = [(byte)'\n'];

    public async IAsyncEnumerable<SourceFile> List(SkipCounts skips, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var file in recipe.Files.Keys)
        {
            ct.ThrowIfCancellationRequested();
            // Seed and size are part of the name: the same line of another draw is another document.
            yield return new(FormattableString.Invariant($"recipe/{recipe.Name}/{seed}-{perFamily}/{file}.jsonl"), file + ".jsonl", null, _ => Task.FromResult<Stream>(Rows(file)));
        }
    }

    private MemoryStream Rows(string file)
    {
        var rows = new MemoryStream();
        foreach (var row in RecipeRows.Draw(recipe, file, seed, perFamily))
        {
            JsonSerializer.Serialize(rows, row, Json);
            rows.Write(NewLine);
        }

        rows.Position = 0;
        return rows;
    }
}
