namespace Aigc.Application.Studio.Operate;

/// <summary>A message that was given up, as <c>/api/faults</c> tells of it.</summary>
internal sealed record FaultRow(string Id, string Queue, string Message, string Error, DateTimeOffset At, int Times);
