using System.Globalization;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;

namespace Aigc.Application.Chains;

/// <summary>What must hold between keys: which keys belong to which kind, which link needs which, and where paths may lead.</summary>
internal sealed class ChainRules(ChainCheck check, string baseDirectory, FileRoots? roots)
{
    private static readonly Dictionary<string, string[]> SourceKeys = new()
    {
        ["directory"] = ["path", "include", "exclude"],
        ["file"] = ["path"],
        ["http"] = ["urls"],
        ["upload"] = ["upload", "fileName"],
        ["dotnet-reference"] = [],
        ["recipe"] = ["recipe", "seed", "perFamily"],
    };

    private static readonly Dictionary<string, string[]> ChannelKeys = new()
    {
        ["folder"] = ["path"],
        ["feed"] = ["path", "title"],
        ["webhook"] = ["url", "secretName"],
    };

    private static readonly string[] Needed = ["path", "urls", "upload", "url", "recipe"];

    public void Check(ChainMap document)
    {
        Needs(document, "generation", "training");
        Needs(document, "distribution", "generation");
        Classifier(document);
        Each(document["data"], "data.sources", "sources", SourceKeys);
        Each(document["distribution"], "distribution.channels", "channels", ChannelKeys);
        Time(document["distribution"]);
    }

    /// <summary>A path of the file made absolute: relative ones are meant from where the chain file lies.</summary>
    public string Absolute(string path) => Path.GetFullPath(path, baseDirectory);

    private void Needs(ChainMap document, string link, string other)
    {
        if (document[link] is not null && document[other] is null)
        {
            check.Add(document.Entries.First(entry => entry.Key.Text == link).Key, link, $"needs {other}, which this chain does not have");
        }
    }

    // A classifier labels texts and writes none; it has neither a shape nor a base, and learns from the dataset's rows.
    private void Classifier(ChainMap document)
    {
        if (document["training"] is not ChainMap training || training["kind"] is not ChainScalar { Text: "classifier" })
        {
            return;
        }

        foreach (var link in document.Entries.Where(entry => entry.Key.Text is "annotation" or "generation"))
        {
            check.Add(link.Key, link.Key.Text, "means nothing for training of kind classifier; leave it out");
        }

        foreach (var key in training.Entries.Where(entry => entry.Key.Text is "from" or "shape"))
        {
            check.Add(key.Key, "training." + key.Key.Text, "means nothing for kind classifier");
        }
    }

    // The pattern knows digits, not calendars.
    private void Time(ChainNode? distribution)
    {
        if (distribution is ChainMap map && map["publishAt"] is ChainScalar { Text: { Length: > 0 } time } at
            && !DateTimeOffset.TryParseExact(time, "yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && check.Faults.All(fault => fault.Key != "distribution.publishAt"))
        {
            check.Add(at, "distribution.publishAt", $"'{time}' is no time of any calendar");
        }
    }

    private void Each(ChainNode? group, string key, string name, Dictionary<string, string[]> keysOf)
    {
        if (group is not ChainMap map || map[name] is not ChainList list)
        {
            return;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is ChainMap item && item["kind"] is ChainScalar { Text: var kind } && keysOf.TryGetValue(kind, out var keys))
            {
                Item(item, $"{key}[{i}]", kind, keys, keysOf);
            }
        }
    }

    private void Item(ChainMap item, string key, string kind, string[] keys, Dictionary<string, string[]> keysOf)
    {
        foreach (var needed in keys.Intersect(Needed).Where(needed => item[needed] is null))
        {
            check.Add(item, $"{key}.{needed}", $"is missing; kind {kind} needs it");
        }

        foreach (var entry in item.Entries.Where(e => !keys.Contains(e.Key.Text) && keysOf.Values.Any(all => all.Contains(e.Key.Text))))
        {
            check.Add(entry.Key, $"{key}.{entry.Key.Text}", $"means nothing for kind {kind}");
        }

        if (item["path"] is ChainScalar { Text.Length: > 0 } path)
        {
            try
            {
                roots?.Check(Absolute(path.Text), $"{key}.path");
            }
            catch (Exception refused) when (refused is ProblemException or ArgumentException)
            {
                check.Add(path, $"{key}.path", refused is ProblemException ? refused.Message : "is not a path");
            }
        }
    }
}
