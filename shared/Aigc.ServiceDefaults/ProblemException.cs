using Aigc.Contracts;

namespace Aigc.ServiceDefaults;

/// <summary>Bad input or a state that only other input or an operator can change. Carries what the API answers with; never retried.</summary>
public sealed class ProblemException(Problem problem, Exception? cause = null) : Exception(problem.Message, cause)
{
    /// <summary>What is wrong and what to do.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>A problem by code and sentence.</summary>
    public ProblemException(string code, string message, string? param = null, Exception? cause = null)
        : this(new Problem { Code = code, Message = message, Param = param }, cause)
    {
    }
}
