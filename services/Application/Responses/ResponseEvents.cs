namespace Aigc.Application.Responses;

/// <summary>An event of a stream, with its number.</summary>
internal sealed record ResponseEvent(string Type, int Number, object Body);

/// <summary>
/// The events of a response in their order. Which event has which number depends on the response and its pieces alone, so that whoever
/// tells them, live or from the store, numbers them alike.
/// </summary>
internal sealed class ResponseEvents(ResponseDocument response)
{
    private int _number;
    private bool _open;
    private bool _begun;

    /// <summary>Pieces told.</summary>
    public int Told { get; private set; }

    /// <summary>That it exists.</summary>
    public IEnumerable<ResponseEvent> Created()
    {
        var first = response.Wishes.Background ? ResponseState.Queued : ResponseState.InProgress;
        yield return Snapshot("response.created", first);
        if (response.Wishes.Background)
        {
            yield return Snapshot("response.queued", first);
        }
    }

    /// <summary>That somebody is at it; once.</summary>
    public IEnumerable<ResponseEvent> Begun()
    {
        if (!_begun)
        {
            _begun = true;
            yield return Snapshot("response.in_progress", ResponseState.InProgress);
        }
    }

    /// <summary>A piece.</summary>
    public IEnumerable<ResponseEvent> Delta(ResponseDelta delta)
    {
        foreach (var opening in Begun().Concat(Open()))
        {
            yield return opening;
        }

        Told++;
        yield return Next("response.output_text.delta", number => new
        {
            Type = "response.output_text.delta",
            SequenceNumber = number,
            ItemId = response.MessageId,
            OutputIndex = 0,
            ContentIndex = 0,
            Delta = delta.Text,
            Logprobs = ResponseShapes.Logprobs(response, delta.LogProbabilities),
        });
    }

    /// <summary>How it ended, of a response that has.</summary>
    public IEnumerable<ResponseEvent> Ended(ResponseDocument ended)
    {
        var done = ended.Status is ResponseState.Completed or ResponseState.Incomplete;
        foreach (var closing in Begun().Concat(done ? Open().Concat(Close(ended)) : []))
        {
            yield return closing;
        }

        // The clients know no event of a cancellation and stop at one they do not know: the status says it.
        var name = ended.Status == ResponseState.Cancelled ? ResponseState.Incomplete : ended.Status;
        var type = $"response.{ResponseShapes.NameOf(name)}";
        yield return Next(type, number => new { Type = type, SequenceNumber = number, Response = ResponseShapes.Of(ended) });
    }

    /// <summary>That the stream, not the response, has failed.</summary>
    public ResponseEvent Broken(string code, string message) =>
        Next("error", number => new { Type = "error", SequenceNumber = number, Code = code, Message = message, Param = (string?)null });

    private IEnumerable<ResponseEvent> Open()
    {
        if (_open)
        {
            yield break;
        }

        _open = true;
        yield return Item("response.output_item.added", ResponseShapes.Message(response, ResponseState.InProgress));
        yield return Part("response.content_part.added", new OutputText(MessageItems.Output, [], [], ""));
    }

    private IEnumerable<ResponseEvent> Close(ResponseDocument ended)
    {
        var part = ResponseShapes.Part(ended);
        yield return Next("response.output_text.done", number => new
        {
            Type = "response.output_text.done",
            SequenceNumber = number,
            ItemId = ended.MessageId,
            OutputIndex = 0,
            ContentIndex = 0,
            part.Text,
            part.Logprobs,
        });
        yield return Part("response.content_part.done", part);
        yield return Item("response.output_item.done", ResponseShapes.Message(ended, ended.Status));
    }

    private ResponseEvent Item(string type, object item) => Next(type, number => new { Type = type, SequenceNumber = number, OutputIndex = 0, Item = item });

    private ResponseEvent Part(string type, OutputText part) => Next(
        type, number => new { Type = type, SequenceNumber = number, ItemId = response.MessageId, OutputIndex = 0, ContentIndex = 0, Part = part });

    private ResponseEvent Snapshot(string type, ResponseState state) =>
        Next(type, number => new { Type = type, SequenceNumber = number, Response = ResponseShapes.Of(response, state) });

    private ResponseEvent Next(string type, Func<int, object> body) => new(type, _number, body(_number++));
}
