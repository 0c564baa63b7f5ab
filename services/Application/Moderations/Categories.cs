namespace Aigc.Application.Moderations;

/// <summary>What OpenAI's <c>omni-moderation</c> tells texts apart by. Its clients expect every one of them in every answer.</summary>
internal static class Categories
{
    public static IReadOnlyList<string> All { get; } =
    [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions",
        "sexual", "sexual/minors", "violence", "violence/graphic",
    ];
}
