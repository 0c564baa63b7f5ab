using Aigc.Contracts.Inference;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Application.Responses;

/// <summary>
/// Pieces of background answers while they come. A worker that is replaced begins again from the first one; the places it fills again
/// are taken, so what was told stays.
/// </summary>
internal sealed class ResponsePieces(IDocumentStore<ResponsePiece> pieces, ResponseStore store)
{
    private const int Page = 500;

    public Task Take(TextStreamed piece, CancellationToken ct) => piece.Answer != 0
        ? Task.CompletedTask
        : pieces.Insert(new ResponsePiece { Id = ResponsePiece.IdOf(piece.GenerationId, piece.Sequence), Text = piece.Text, Expires = store.Expiry }, ct);

    /// <summary>Pieces from a number on, as far as none is missing; never past the end.</summary>
    public async Task<IReadOnlyList<string>> After(Guid generation, int number, CancellationToken ct)
    {
        var found = await pieces.Query(
            new DocumentQuery<ResponsePiece>()
                .AtLeast(piece => piece.Id, ResponsePiece.IdOf(generation, number))
                .AtMost(piece => piece.Id, ResponsePiece.IdOf(generation, 999_999_999))
                .OrderBy(piece => piece.Id)
                .Take(Page),
            ct);
        return [.. found.TakeWhile((piece, index) => piece.Id == ResponsePiece.IdOf(generation, number + index) && !piece.End).Select(piece => piece.Text)];
    }

    /// <summary>Takes the first free place for the end, so that no piece comes after; returns the pieces before it.</summary>
    public async Task<IReadOnlyList<string>> Seal(Guid generation, CancellationToken ct)
    {
        var told = new List<string>();
        while (true)
        {
            var more = await After(generation, told.Count, ct);
            told.AddRange(more);
            if (more.Count > 0)
            {
                continue;
            }

            var id = ResponsePiece.IdOf(generation, told.Count);
            if (await pieces.Insert(new ResponsePiece { Id = id, End = true, Expires = store.Expiry }, ct) || await pieces.Find(id, ct) is { End: true })
            {
                return told;
            }
        }
    }

    /// <summary>Deletes the pieces of an answer that is stored whole. The end stays until it expires: what comes late finds its place taken or is never read.</summary>
    public async Task Forget(Guid generation, int count, CancellationToken ct)
    {
        for (var number = 0; number < count; number++)
        {
            await pieces.Delete(ResponsePiece.IdOf(generation, number), ct);
        }
    }
}

/// <summary>Hears the pieces. The ends come here too, and are heard of as the end of the job.</summary>
internal sealed class ResponsePieceConsumer(ResponsePieces pieces) : IConsumer<TextStreamed>, IConsumer<TextGenerated>, IConsumer<TextGenerationFailed>
{
    public const string Queue = "application.responses";

    public Task Consume(ConsumeContext<TextStreamed> context) => pieces.Take(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<TextGenerated> context) => Task.CompletedTask;

    public Task Consume(ConsumeContext<TextGenerationFailed> context) => Task.CompletedTask;
}
