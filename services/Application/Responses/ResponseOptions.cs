namespace Aigc.Application.Responses;

/// <summary>Settings of stored responses. Section <c>Aigc:Application:Responses</c>.</summary>
public sealed class ResponseOptions
{
    /// <summary>How long a response is kept after it was made or last gone on from.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Most responses that one goes on from, its predecessors' predecessors included.</summary>
    public int LongestConversation { get; set; } = 500;

    /// <summary>How often a response in the background is looked after, should its end not have been heard.</summary>
    public TimeSpan LookAfter { get; set; } = TimeSpan.FromSeconds(30);
}
