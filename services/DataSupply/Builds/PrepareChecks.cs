using System.Text.RegularExpressions;
using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Rules;
using Aigc.ServiceDefaults;

namespace Aigc.DataSupply.Builds;

/// <summary>Refuses a preparation that cannot be done, before anything is read.</summary>
internal static partial class PrepareChecks
{
    public static void Check(string? name, PrepareSpec prepare)
    {
        if (name is not null && !Name().IsMatch(name))
        {
            throw new ProblemException("invalid_name", "A dataset name has 1 to 64 small letters, digits and hyphens.", "name");
        }

        RuleSet.Load(prepare.Preset);
        if (prepare.Format != "jsonl.gz")
        {
            throw new ProblemException("unknown_format", $"The format \"{prepare.Format}\" is not written by this version; use jsonl.gz.", "data.prepare.format");
        }

        if (prepare.NearDuplicates is not (null or (> 0 and <= 1)))
        {
            throw new ProblemException("out_of_range", "nearDuplicates is a similarity above 0 and at most 1.", "data.prepare.nearDuplicates");
        }

        if (prepare.Validation is not (>= 0 and <= 0.5))
        {
            throw new ProblemException("out_of_range", "validation is a share between 0 and 0.5.", "data.prepare.validation");
        }

        if (prepare.Test is not (null or (>= 0 and <= 0.5)))
        {
            throw new ProblemException("out_of_range", "test is a share between 0 and 0.5.", "data.prepare.test");
        }

        if (prepare.MaxDocuments < 1 || prepare.MaxFileBytes < 1)
        {
            throw new ProblemException("out_of_range", "maxDocuments and maxFileBytes are at least 1.", "data.prepare");
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
