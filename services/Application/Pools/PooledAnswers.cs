using System.Globalization;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Artifacts;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Pools;

/// <summary>Asks a model's pool and waits. A large request becomes several commands, of which a few are under way at once.</summary>
internal sealed class PooledAnswers(IClientFactory clients, Budgets budgets, IOptions<ApplicationOptions> options)
{
    private const int AtOnce = 4;
    private int _open;

    /// <summary>The same as <see cref="Ask"/> for a client that waits, of whom there are not too many.</summary>
    /// <exception cref="ProblemException">The worker's problem with OpenAI's name of the input, or <c>service_unavailable</c>.</exception>
    public async Task<TDone[]> AskNow<TInput, TCommand, TDone, TFailed>(Guid id, string tenant, PooledWork<TInput, TCommand, TDone, TFailed> work, CancellationToken ct)
        where TCommand : class
        where TDone : class
        where TFailed : class
    {
        if (Interlocked.Increment(ref _open) > options.Value.MaxOpenAnswers)
        {
            Interlocked.Decrement(ref _open);
            throw Unavailable("Too many answers are being waited for; try again in a moment.");
        }

        try
        {
            return await Ask(id, tenant, work, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>
    /// The answers to a request's commands, in the order of its inputs. Asked for again under its identity, it is the same work and is paid for once. All of it
    /// is set aside before any of it is asked for: a request is refused whole, and what was never asked for is given back.
    /// </summary>
    /// <exception cref="ProblemException">The worker's problem with OpenAI's name of the input, or <c>service_unavailable</c>.</exception>
    public async Task<TDone[]> Ask<TInput, TCommand, TDone, TFailed>(Guid id, string tenant, PooledWork<TInput, TCommand, TDone, TFailed> work, CancellationToken ct)
        where TCommand : class
        where TDone : class
        where TFailed : class
    {
        var parts = work.Inputs.Chunk(work.MostInputs).ToArray();
        var asked = new bool[parts.Length];
        var jobs = new List<JobLink>(parts.Length);
        try
        {
            foreach (var (number, part) in parts.Index())
            {
                jobs.Add(await budgets.Reserve(IdOf(work.Kind, id, number), tenant, work.Model.Model.Name, () => work.Bound(part), ct));
            }

            var answers = new TDone[parts.Length];
            await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (part, stop) =>
            {
                asked[part] = true;
                answers[part] = await Ask(work, jobs[part], parts[part], part * work.MostInputs, stop);
            });
            return answers;
        }
        finally
        {
            foreach (var (part, job) in jobs.Index())
            {
                if (!asked[part])
                {
                    budgets.Release(job.RootId);
                }
            }
        }
    }

    // One that nobody answered in time may still be worked on: it counts until its usage is heard, or for long.
    private async Task<TDone> Ask<TInput, TCommand, TDone, TFailed>(PooledWork<TInput, TCommand, TDone, TFailed> work, JobLink job, TInput[] part, int first, CancellationToken ct)
        where TCommand : class
        where TDone : class
        where TFailed : class
    {
        var client = clients.CreateRequestClient<TCommand>(Routes.ToQueue(InferenceQueues.Text(work.Model.Model.Pool)), options.Value.AnswerTimeout);
        try
        {
            var answer = await client.GetResponse<TDone, TFailed>(work.Command(job, part), ct);
            if (answer.Message is TFailed failed)
            {
                budgets.Release(job.RootId);
                throw new ProblemException(Named(work.ProblemOf(failed), first, work.One));
            }

            var done = (TDone)answer.Message;
            budgets.Hear(job.RootId, work.Took(done));
            return done;
        }
        catch (RequestTimeoutException)
        {
            throw Unavailable("No worker answered in time; try again.");
        }
    }

    private static Guid IdOf(string kind, Guid request, int part) => Digest.ToGuid(kind, request.ToString("N"), part.ToString(CultureInfo.InvariantCulture));

    /// <summary>The worker counts the inputs of its command and calls them <c>inputs</c>; the client knows neither.</summary>
    private static Problem Named(Problem problem, int first, bool one)
    {
        const string Inputs = "inputs";
        if (problem.Param is not { } param || !param.StartsWith(Inputs, StringComparison.Ordinal))
        {
            return problem;
        }

        if (one || !int.TryParse(param.AsSpan(Inputs.Length).Trim("[]"), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return problem with { Param = "input" };
        }

        var (theirs, ours) = (string.Create(CultureInfo.InvariantCulture, $"nput {index} "), string.Create(CultureInfo.InvariantCulture, $"nput {first + index} "));
        return problem with { Param = string.Create(CultureInfo.InvariantCulture, $"input[{first + index}]"), Message = problem.Message.Replace(theirs, ours, StringComparison.Ordinal) };
    }

    private static ProblemException Unavailable(string message) => new(new Problem { Code = "service_unavailable", Message = message, Transient = true });
}
