using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Serving.Remote;

/// <summary>Checks every engine of <c>Aigc:Inference:Remotes</c> and names the key at fault.</summary>
internal sealed class RemoteOptionsValidator : IValidateOptions<InferenceOptions>
{
    private static readonly string[] Known = ["top_k", "min_p", "repetition_penalty", "repeat_penalty", "stop_token_ids", "response_format"];

    public ValidateOptionsResult Validate(string? name, InferenceOptions options)
    {
        var faults = options.Remotes.SelectMany(remote => Faults(remote.Value).Select(fault => $"Aigc:Inference:Remotes:{remote.Key}:{fault}")).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(RemoteOptions remote)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(remote, new(remote), results, validateAllProperties: true);
        foreach (var result in results)
            yield return $"{result.MemberNames.FirstOrDefault()}: {result.ErrorMessage}";
        if (remote.Url is { } url && !(url.IsAbsoluteUri && url.Scheme is "http" or "https"))
            yield return "Url: it must begin with http:// or https://.";
        foreach (var (key, time) in ((string, TimeSpan)[])
            [("ConnectTimeout", remote.ConnectTimeout), ("FirstTokenTimeout", remote.FirstTokenTimeout), ("IdleTimeout", remote.IdleTimeout), ("ProbeInterval", remote.ProbeInterval)])
        {
            if (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1))
                yield return $"{key}: it must be above zero and at most a day.";
        }
        foreach (var unknown in remote.Extensions.Except(Known, StringComparer.Ordinal))
            yield return $"Extensions: {unknown} is not known; known are {string.Join(", ", Known)}.";
    }
}
