using System.Globalization;
using Aigc.Application.OpenAI;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Embeddings;

/// <summary>The vectors of a request, in the order of its inputs.</summary>
internal sealed record Vectors(IReadOnlyList<IReadOnlyList<float>> Values, int Tokens);

/// <summary>Asks a model's pool for vectors. A large request becomes several commands, of which a few are under way at once.</summary>
internal sealed class EmbeddingAnswers(IClientFactory clients, IOptions<ApplicationOptions> options)
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
            var parts = request.Inputs.Chunk(EmbedText.MostInputs).ToArray();
            var answers = new TextEmbedded[parts.Length];
            await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (part, stop) =>
                answers[part] = await Ask(tenant, model, request, parts[part], part * EmbedText.MostInputs, stop));
            return new Vectors([.. answers.SelectMany(answer => answer.Vectors)], answers.Sum(answer => answer.TokenCounts.Sum()));
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task<TextEmbedded> Ask(string tenant, RegisteredModel model, EmbeddingRequest request, EmbeddingInput[] inputs, int first, CancellationToken ct)
    {
        var id = Guid.NewGuid();
        var client = clients.CreateRequestClient<EmbedText>(Routes.ToQueue(InferenceQueues.Text(model.Model.Pool)), options.Value.AnswerTimeout);
        var command = new EmbedText
        {
            RequestId = id,
            Job = new JobLink { RootId = id, Tenant = tenant },
            Model = model.Model,
            Inputs = inputs,
            Dimensions = request.Dimensions,
        };
        try
        {
            var answer = await client.GetResponse<TextEmbedded, EmbeddingFailed>(command, ct);
            return answer.Message switch
            {
                TextEmbedded vectors => vectors,
                var failed => throw new ProblemException(Named(((EmbeddingFailed)failed).Problem, first, request.One)),
            };
        }
        catch (RequestTimeoutException)
        {
            throw Unavailable("No worker answered in time; try again.");
        }
    }

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
