using System.Net;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Imports;

/// <summary>Tells answers that another try may change from those it will not.</summary>
internal static class Answers
{
    /// <exception cref="HttpRequestException">The server has trouble of its own; later it may answer.</exception>
    /// <exception cref="ProblemException">The same question will get the same answer.</exception>
    public static void Check(HttpResponseMessage answer, string what)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var (status, host) = ((int)answer.StatusCode, answer.RequestMessage?.RequestUri?.Host);
        if (answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || status >= 500)
            throw new HttpRequestException($"{host} answered {status} for {what}.", null, answer.StatusCode);
        throw answer.StatusCode switch
        {
            // Hubs answer 401 for what does not exist as well: they do not tell strangers which private models there are.
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new ProblemException(
                "source_refused", $"{host} refuses {what} ({status}): it does not exist, or it needs a token that may read it; an operator sets one with Aigc:Imports:Token.", "source"),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new ProblemException("source_not_found", $"{host} has no {what}; check name and revision.", "source"),
            _ => new ProblemException("source_answered_oddly", $"{host} answered {status} for {what}.", "source"),
        };
    }

    /// <summary>Whether another try may help.</summary>
    public static bool IsTransient(Exception error) => error is HttpRequestException or IOException;
}
