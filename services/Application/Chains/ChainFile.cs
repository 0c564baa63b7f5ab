using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;
using Aigc.Storage.Documents;

namespace Aigc.Application.Chains;

/// <summary>Reads chain files: YAML or JSON, at most 1 MB, no anchors or aliases, everything that is wrong told at once.</summary>
public static class ChainFile
{
    private const long FixedSeed = 1;

    /// <summary>The chain of a text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="baseDirectory">Absolute folder that relative paths are meant from.</param>
    /// <param name="roots">Folders this installation may use; null leaves the check to the services that touch files.</param>
    /// <exception cref="ProblemException"><c>chain_invalid</c>; the message lists line, column and key of every fault, a line each.</exception>
    public static ChainSpec Read(string text, string baseDirectory, FileRoots? roots = null)
    {
        var check = new ChainCheck();
        var rules = new ChainRules(check, baseDirectory, roots);
        try
        {
            var node = ChainText.Read(text);
            check.Check(node, ChainShape.Document, "");
            if (node is ChainMap document)
            {
                rules.Check(document);
            }

            return check.Faults.Count == 0 ? Spec((ChainMap)node, rules) : throw Invalid(check.Faults);
        }
        catch (ChainSyntaxException broken)
        {
            throw Invalid([broken.Fault]);
        }
    }

    private static ProblemException Invalid(IReadOnlyList<ChainFault> faults)
    {
        var ordered = faults.OrderBy(fault => fault.Line).ThenBy(fault => fault.Column).ToArray();
        var key = ordered[0].Key;
        return new ProblemException(
            "chain_invalid",
            ordered.Length == 1 ? $"The chain file is wrong at {ordered[0]}." : $"The chain file has {ordered.Length} faults:\n{string.Join('\n', ordered.Select(fault => $"  {fault}"))}",
            key.Length == 0 ? null : key);
    }

    // The keys are the contract's names, so that a checked document becomes the contract by way of JSON; what stands elsewhere is moved first.
    private static ChainSpec Spec(ChainMap document, ChainRules rules)
    {
        var json = (JsonObject)Json(document, ChainShape.Document)!;
        foreach (var item in Items(json["data"]?["sources"]).Concat(Items(json["distribution"]?["channels"])))
        {
            if (item["path"] is { } path)
            {
                item["path"] = rules.Absolute((string)path!);
            }
        }

        if (json["generation"] is JsonObject generation)
        {
            var prompts = generation["prompts"]!.DeepClone();
            generation.Remove("prompts");
            generation["seed"] ??= FixedSeed;
            json["generation"] = new JsonObject { ["prompts"] = prompts, ["sampling"] = generation.DeepClone() };
        }

        return json.Deserialize<ChainSpec>(DocumentJson.Options)!;
    }

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray)?.OfType<JsonObject>() ?? [];

    private static JsonNode? Json(ChainNode node, ValueSpec spec)
    {
        switch (node, spec)
        {
            case (ChainMap map, MapSpec keys):
                var made = new JsonObject();
                foreach (var (key, value) in map.Entries.Where(entry => entry.Value is not ChainScalar { IsNull: true }))
                {
                    made[key.Text] = Json(value, keys.Keys.First(k => k.Name == key.Text).Value);
                }

                return made;
            case (ChainList list, ListSpec items):
                return new JsonArray([.. list.Items.Select(item => Json(item, items.Item))]);
            case (ChainScalar scalar, TextSpec):
                return scalar.Text;
            case (ChainScalar scalar, NumberSpec { Whole: true }):
                return long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : (long)scalar.Number!.Value;
            case (ChainScalar scalar, NumberSpec):
                return scalar.Number!.Value;
            default:
                return ((ChainScalar)node).Flag!.Value;
        }
    }
}
