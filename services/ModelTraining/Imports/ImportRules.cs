using System.Text.RegularExpressions;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Imports;

/// <summary>What can be imported.</summary>
internal static partial class ImportRules
{
    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$")]
    private static partial Regex KebabCase();

    [GeneratedRegex("^[0-9a-fA-F]{64}$")]
    private static partial Regex Sha256();

    [GeneratedRegex("^[A-Za-z0-9_]{1,32}$")]
    private static partial Regex VariantName();

    /// <summary>Refuses what cannot be done before anything is fetched.</summary>
    /// <exception cref="ProblemException">Names the field.</exception>
    public static void Check(string name, string tier, ModelSource source)
    {
        if (!KebabCase().IsMatch(name))
            throw new ProblemException("invalid_name", "A model's name is lower-case letters, digits and hyphens, at most 63.", "name");
        if (tier is not ("large" or "small" or "micro"))
            throw new ProblemException("invalid_tier", $"A tier is large, small or micro, not \"{tier}\".", "tier");
        if (source.Variant is { } variant && !VariantName().IsMatch(variant))
            throw new ProblemException("variant_not_found", "A variant is a name such as q4, int8 or fp16.", "source.variant");
        switch (source)
        {
            case { Hub: { } hub, Directory: null, Url: null }:
                HubClient.Check(hub);
                break;
            case { Hub: null, Directory: not null, Url: null }:
                break;
            case { Hub: null, Directory: null, Url: { } web }:
                Check(web);
                break;
            default:
                throw new ProblemException("invalid_source", "A model's source is exactly one of hub, directory and url.", "source");
        }
    }

    static void Check(WebModel web)
    {
        ImportHttp.CheckScheme(web.Base);
        if (web.Files.Count == 0)
            throw new ProblemException("invalid_source", "A web server has no list of a model's files; name them.", "source.url.files");
        foreach (var file in web.Files)
        {
            FilePaths.Check(file.Path);
            if (file.Sha256 is { } digest && !Sha256().IsMatch(digest))
                throw new ProblemException("invalid_source", $"The SHA-256 of {file.Path} is not 64 hexadecimal digits.", "source.url.files");
        }
    }
}
