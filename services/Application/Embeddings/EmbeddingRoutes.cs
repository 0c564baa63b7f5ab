using System.Runtime.InteropServices;
using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Application.Pools;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Embeddings;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal static class EmbeddingRoutes
{
    public static void MapEmbeddings(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/embeddings", Create).WithTags("OpenAI").WithName("CreateEmbedding")
            .WithSummary("Vectors of texts or token lists, as floats or base64 of little-endian 32-bit floats.");

    private static async Task Create(HttpContext context, JsonElement body, ModelDirectory models, PooledAnswers answers, CancellationToken ct)
    {
        try
        {
            var request = EmbeddingRequest.Read(body);
            var model = await models.Resolve(context.Tenant(), request.Model, ct);
            var vectors = Vectors.Of(await answers.AskNow(Guid.NewGuid(), context.Tenant(), new EmbeddingWork(model, request), ct));
            await context.Response.WriteAsJsonAsync(EmbeddingList.Of(request, vectors), OpenAIJson.Options, ct);
        }
        catch (ProblemException refused) when (!context.Response.HasStarted)
        {
            await Refusals.Write(context, refused.Problem, "input");
        }
    }
}

internal sealed record EmbeddingList(string Object, IReadOnlyList<EmbeddingEntry> Data, string Model, EmbeddingUsage Usage)
{
    /// <summary>The answer to a request.</summary>
    public static EmbeddingList Of(EmbeddingRequest request, Vectors vectors)
    {
        var data = vectors.Values.Select((vector, index) => new EmbeddingEntry("embedding", index, request.Base64 ? Base64(vector) : vector));
        return new EmbeddingList("list", [.. data], request.Model, new EmbeddingUsage(vectors.Tokens, vectors.Tokens));
    }

    // Little-endian as the clients read it; so is every machine this runs on.
    private static string Base64(IReadOnlyList<float> vector) => Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector.ToArray()));
}

/// <summary>A vector: a list of numbers, or their base64.</summary>
internal sealed record EmbeddingEntry(string Object, int Index, object Embedding);

internal sealed record EmbeddingUsage(int PromptTokens, int TotalTokens);
