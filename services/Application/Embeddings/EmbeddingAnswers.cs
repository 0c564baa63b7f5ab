using System.Globalization;
using Aigc.Application.OpenAI;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Artifacts;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Embeddings;

/// <summary>The vectors of a request, in the order of its inputs.</summary>
internal sealed record Vectors(IReadOnlyList<IReadOnlyList<float>> Values, int Tokens);

/// <summary>Asks a model's pool for vectors. A large request becomes several commands, of which a few are under way at once.</summary>
internal sealed class EmbeddingAnswers(IClientFactory clients, Budgets budgets, IOptions<ApplicationOptions> options)
{
    private const int AtOnce = 4;
    private int _open;

    /// <exception cref="ProblemException">The worker's problem with OpenAI's name of the input, or <c>service_unavailable</c>.</exception>
    public async Task<Vectors> Ask(string tenant, RegisteredModel model, EmbeddingRequest request, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _open) > options.Value.MaxOpenAnswers)
        {
            Interlocked.Decrement(ref _open);
            throw Unavailable("Too many answers are being waited for; try again in a moment.");
        }

        try
        {
            return await Ask(Guid.NewGuid(), tenant, model, request, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>
    /// The vectors of a request that has an identity, for nobody who waits: asked for again, it is the same work and is paid for once. All of it is set
    /// aside before any of it is asked for: a request is refused whole, and what was never asked for is given back.
    /// </summary>
    /// <exception cref="ProblemException">The worker's problem with OpenAI's name of the input, or <c>service_unavailable</c>.</exception>
    public async Task<Vectors> Ask(Guid id, string tenant, RegisteredModel model, EmbeddingRequest request, CancellationToken ct)
    {
        var parts = request.Inputs.Chunk(EmbedText.MostInputs).ToArray();
        var asked = new bool[parts.Length];
        var jobs = new List<JobLink>(parts.Length);
        try
        {
            foreach (var (number, part) in parts.Index())
            {
                jobs.Add(await budgets.Reserve(IdOf(id, number), tenant, model.Model.Name, () => TokenBound.Of(part, int.MaxValue, 0, 1), ct));
            }

            var answers = new TextEmbedded[parts.Length];
            await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (part, stop) =>
            {
                asked[part] = true;
                answers[part] = await Ask(model, request, jobs[part], parts[part], part * EmbedText.MostInputs, stop);
            });
            return new Vectors([.. answers.SelectMany(answer => answer.Vectors)], answers.Sum(answer => answer.TokenCounts.Sum()));
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
    private async Task<TextEmbedded> Ask(RegisteredModel model, EmbeddingRequest request, JobLink job, EmbeddingInput[] inputs, int first, CancellationToken ct)
    {
        var client = clients.CreateRequestClient<EmbedText>(Routes.ToQueue(InferenceQueues.Text(model.Model.Pool)), options.Value.AnswerTimeout);
        var command = new EmbedText
        {
            RequestId = job.RootId,
            Job = job,
            Model = model.Model,
            Inputs = inputs,
            Dimensions = request.Dimensions,
        };
        try
        {
            var answer = await client.GetResponse<TextEmbedded, EmbeddingFailed>(command, ct);
            if (answer.Message is EmbeddingFailed failed)
            {
                budgets.Release(job.RootId);
                throw new ProblemException(Named(failed.Problem, first, request.One));
            }

            var vectors = (TextEmbedded)answer.Message;
            budgets.Hear(job.RootId, new Dictionary<string, long> { [Meters.InputTokens] = vectors.TokenCounts.Sum(count => (long)count) });
            return vectors;
        }
        catch (RequestTimeoutException)
        {
            throw Unavailable("No worker answered in time; try again.");
        }
    }

    private static Guid IdOf(Guid request, int part) => Digest.ToGuid("embedding", request.ToString("N"), part.ToString(CultureInfo.InvariantCulture));

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
