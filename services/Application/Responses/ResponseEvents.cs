using Aigc.Contracts.Inference;

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
    private readonly List<int> _calls = []; // places of the calls that were begun, in the output
    private int? _message; // place of the message
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
        foreach (var opening in delta.IsText ? Begun().Concat(Open()) : Begun().Concat(delta.Calls.SelectMany(Piece)))
        {
            yield return opening;
        }

        Told++;
        if (!delta.IsText)
        {
            yield break;
        }

        yield return Next("response.output_text.delta", number => new
        {
            Type = "response.output_text.delta",
            SequenceNumber = number,
            ItemId = response.MessageId,
            OutputIndex = _message,
            ContentIndex = 0,
            Delta = delta.Text,
            Logprobs = ResponseShapes.Logprobs(response, delta.LogProbabilities),
        });
    }

    /// <summary>How it ended, of a response that has.</summary>
    public IEnumerable<ResponseEvent> Ended(ResponseDocument ended)
    {
        var done = ended.Status is ResponseState.Completed or ResponseState.Incomplete;
        foreach (var closing in Begun().Concat(done ? Close(ended) : []))
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
        if (_message is not null)
        {
            yield break;
        }

        _message = _calls.Count;
        yield return Item("response.output_item.added", _message.Value, ResponseShapes.Message(response, ResponseState.InProgress));
        yield return Part("response.content_part.added", new OutputText(MessageItems.Output, [], [], ""));
    }

    private IEnumerable<ResponseEvent> Begin(ToolCall call)
    {
        var index = _calls.Count;
        _calls.Add(_message is null ? index : index + 1);
        yield return Item("response.output_item.added", _calls[index], ResponseShapes.Call(response, call, index, ResponseState.InProgress));
    }

    private IEnumerable<ResponseEvent> Piece(ToolCallPiece piece)
    {
        if (piece.Index == _calls.Count)
        {
            foreach (var opening in Begin(new ToolCall { Id = piece.Id!, Name = piece.Name!, Arguments = "" }))
            {
                yield return opening;
            }
        }

        if (piece.Arguments.Length > 0)
        {
            yield return Next("response.function_call_arguments.delta", number => new
            {
                Type = "response.function_call_arguments.delta",
                SequenceNumber = number,
                ItemId = CallItems.IdOf(response, piece.Index),
                OutputIndex = _calls[piece.Index],
                Delta = piece.Arguments,
            });
        }
    }

    // Everything is closed at the end: a piece that was lost may belong to any of them until then.
    private IEnumerable<ResponseEvent> Close(ResponseDocument ended)
    {
        foreach (var closing in ResponseShapes.HasMessage(ended) ? Open().Concat(CloseMessage(ended)) : [])
        {
            yield return closing;
        }

        foreach (var (index, call) in ended.Calls.Index())
        {
            foreach (var opening in index < _calls.Count ? [] : Begin(call))
            {
                yield return opening;
            }

            yield return Next("response.function_call_arguments.done", number => new
            {
                Type = "response.function_call_arguments.done",
                SequenceNumber = number,
                ItemId = CallItems.IdOf(ended, index),
                OutputIndex = _calls[index],
                call.Name,
                call.Arguments,
            });
            yield return Item("response.output_item.done", _calls[index], ResponseShapes.Call(ended, call, index, ended.Status));
        }
    }

    private IEnumerable<ResponseEvent> CloseMessage(ResponseDocument ended)
    {
        var part = ResponseShapes.Part(ended);
        yield return Next("response.output_text.done", number => new
        {
            Type = "response.output_text.done",
            SequenceNumber = number,
            ItemId = ended.MessageId,
            OutputIndex = _message,
            ContentIndex = 0,
            part.Text,
            part.Logprobs,
        });
        yield return Part("response.content_part.done", part);
        yield return Item("response.output_item.done", _message!.Value, ResponseShapes.Message(ended, ended.Status));
    }

    private ResponseEvent Item(string type, int place, object item) => Next(type, number => new { Type = type, SequenceNumber = number, OutputIndex = place, Item = item });

    private ResponseEvent Part(string type, OutputText part) => Next(
        type, number => new { Type = type, SequenceNumber = number, ItemId = response.MessageId, OutputIndex = _message, ContentIndex = 0, Part = part });

    private ResponseEvent Snapshot(string type, ResponseState state) =>
        Next(type, number => new { Type = type, SequenceNumber = number, Response = ResponseShapes.Of(response, state) });

    private ResponseEvent Next(string type, Func<int, object> body) => new(type, _number, body(_number++));
}
