using System.Net;
using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Tests.OpenAI;

public sealed class Versions_of_a_model : ServiceTest
{
    private static readonly DateTimeOffset Monday = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Fact]
    public async Task Are_one_model_to_a_client_the_promoted_one_else_the_newest()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Models = [Version('b', day: 1), Version('a', day: 0, promoted: 2), Version('c', day: 3, name: "other"), Version('d', day: 2, name: "other")]);

        var list = (await Json(await host.Client.GetAsync("/v1/models"))).GetProperty("data");

        Assert.Equal(
            [("other", Monday.AddDays(3).ToUnixTimeSeconds()), ("small-one", Monday.ToUnixTimeSeconds())],
            list.EnumerateArray().Select(model => (model.GetProperty("id").GetString()!, model.GetProperty("created").GetInt64())));
    }

    [Fact]
    public async Task Are_each_reached_by_digest()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Models = [Version('b', day: 1), Version('a', day: 0)]);

        Assert.Equal(Monday.ToUnixTimeSeconds(), await Created(host, new string('a', 64)));
    }

    [Fact]
    public async Task Are_followed_at_once_when_another_is_promoted_or_one_is_erased()
    {
        // Remembered for a day: what is new is known by what is told.
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Models = [Version('b', day: 1), Version('a', day: 0)], ("Aigc:Application:ModelsCached", "1.00:00:00"));
        Assert.Equal(Monday.AddDays(1).ToUnixTimeSeconds(), await Created(host, "small-one"));

        host.Neighbours.Models = [Version('b', day: 1), Version('a', day: 0, promoted: 2)];
        await host.Bus.Publish(new ModelPromoted { Tenant = ApplicationHost.Tenant, Model = Version('a', day: 0).Model, At = Monday });
        await ApplicationHost.Until<object>(async () => await Created(host, "small-one") == Monday.ToUnixTimeSeconds() ? host : null);

        host.Neighbours.Models = [];
        await host.Bus.Publish(new ModelErased { Tenant = ApplicationHost.Tenant, Model = Version('a', day: 0).Model, Gone = [], At = Monday });
        await ApplicationHost.Until<object>(async () => (await host.Client.GetAsync("/v1/models/small-one")).StatusCode == HttpStatusCode.NotFound ? host : null);
    }

    private static async Task<long> Created(ApplicationHost host, string model) => (await Json(await host.Client.GetAsync($"/v1/models/{model}"))).GetProperty("created").GetInt64();

    private static RegisteredModel Version(char digit, int day, int? promoted = null, string name = "small-one") => new()
    {
        Model = new ModelRef { Name = name, Folder = new ArtifactRef { Digest = new string(digit, 64), Size = 1, MediaType = ArtifactRef.FolderMediaType }, Tier = "small", ContextLength = 256 },
        At = Monday.AddDays(day),
        PromotedAt = promoted is { } days ? Monday.AddDays(days) : null,
    };
}
