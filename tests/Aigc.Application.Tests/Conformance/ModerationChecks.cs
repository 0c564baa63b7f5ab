#pragma warning disable OPENAI001 // The client calls parts of its moderations experimental.
using OpenAI.Moderations;

namespace Aigc.Application.Tests.Conformance;

/// <summary>Moderations with the official .NET client, which always names a model and has no call that leaves it out.</summary>
internal static class ModerationChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("moderations", "several texts", async c =>
        {
            var results = (await Client(c).ClassifyTextAsync(["violence", "calm", "harassment"])).Value;
            Assert.StartsWith("modr-", results.Id, StringComparison.Ordinal);
            Assert.Equal(Clients.Classifier, results.Model);
            Assert.Equal([true, false, true], results.Select(result => result.Flagged));
            var first = results[0];
            Assert.Equal((true, 0.75f, ModerationApplicableInputKinds.Text), (first.Violence.Flagged, first.Violence.Score, first.Violence.ApplicableInputKinds));
            // The model does not know it.
            Assert.Equal((false, 0f, default(ModerationApplicableInputKinds)), (first.SelfHarmIntent.Flagged, first.SelfHarmIntent.Score, first.SelfHarmIntent.ApplicableInputKinds));
        }),
        new("moderations", "parts that are one thing", async c =>
        {
            var result = (await Client(c).ClassifyInputsAsync([ModerationInputPart.CreateTextPart("violence"), ModerationInputPart.CreateTextPart("harassment")])).Value;
            Assert.Equal((true, true, false), (result.Violence.Flagged, result.Harassment.Flagged, result.Sexual.Flagged));
        }),
        new("moderations", "an image is 400 and named", async c =>
        {
            var refused = await Clients.Refused(() => Client(c).ClassifyInputsAsync([ModerationInputPart.CreateImagePart(new Uri("https://example.org/a.png"))]));
            Assert.Equal(400, refused.Status);
            Assert.Contains("input[0]", refused.Message, StringComparison.Ordinal);
        }),
        new("moderations", "a model that is not there is 404", async c =>
            Assert.Equal(404, (await Clients.Refused(() => c.OpenAI.GetModerationClient("omni-moderation-latest").ClassifyTextAsync("ping"))).Status)),
        new("moderations", "tried again by itself after 503", async c =>
            Assert.False((await c.Unlucky().GetModerationClient(Clients.Classifier).ClassifyTextAsync("ping")).Value.Flagged)),
    ];

    private static ModerationClient Client(Clients clients) => clients.OpenAI.GetModerationClient(Clients.Classifier);
}
