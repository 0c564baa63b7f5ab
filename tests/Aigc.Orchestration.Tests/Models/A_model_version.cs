using System.Net;
using Aigc.Contracts.Gateway;
using Aigc.Contracts.Orchestration;

namespace Aigc.Orchestration.Tests.Models;

public sealed class A_model_version
{
    [Fact]
    public async Task Is_served_while_it_is_the_newest_and_nobody_promoted_another()
    {
        await using var bench = await ModelBench.Start();
        var first = await bench.Register("one");
        Assert.Equal(ModelBench.DigestOf(first), await bench.Served());

        var second = await bench.Register("two");

        Assert.Equal(ModelBench.DigestOf(second), await bench.Served());
        Assert.Equal([true, false], (await bench.Versions()).EnumerateArray().Select(version => version.GetProperty("current").GetBoolean()));
    }

    [Fact]
    public async Task Stays_served_once_promoted_until_the_newest_is_followed_again()
    {
        await using var bench = await ModelBench.Start();
        var first = await bench.Register("one");
        await bench.Register("two");

        Assert.Equal(HttpStatusCode.OK, await bench.Promote(first));
        var third = await bench.Register("three");
        Assert.Equal(ModelBench.DigestOf(first), await bench.Served());

        using var followed = await bench.Owner.DeleteAsync("/api/models/m/promotion", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, followed.StatusCode);
        Assert.Equal(ModelBench.DigestOf(third), await bench.Served());
    }

    [Fact]
    public async Task Promoted_is_told_to_those_who_serve_and_to_the_audit_log()
    {
        await using var bench = await ModelBench.Start();
        var first = await bench.Register("one");
        await bench.Register("two");

        await bench.Promote(first);

        Assert.Equal(ModelBench.DigestOf(first), ModelVersions.DigestOf((await bench.Host.Links.Hears<ModelPromoted>()).Model));
        var act = await bench.Host.Links.Hears<AdministrativeAct>();
        Assert.Equal(("model.promoted", "m", "user_mei", ModelBench.DigestOf(first)), (act.Act, act.Target, act.User, act.Details["digest"]));
    }

    [Fact]
    public async Task Rolled_back_gives_way_to_the_one_before_it_and_the_first_to_none()
    {
        await using var bench = await ModelBench.Start();
        var first = await bench.Register("one");
        await bench.Register("two");

        using var back = await bench.Owner.PostAsync("/api/models/m/roll-back", null, TestContext.Current.CancellationToken);
        using var further = await bench.Owner.PostAsync("/api/models/m/roll-back", null, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Conflict), (back.StatusCode, further.StatusCode));
        Assert.Equal(ModelBench.DigestOf(first), await bench.Served());
    }

    [Fact]
    public async Task Is_nobody_elses_to_promote_or_erase()
    {
        await using var bench = await ModelBench.Start();
        var version = await bench.Register("one");
        using var stranger = bench.Host.Client("acme");
        using var viewer = bench.Host.Client(scopes: "look");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (await bench.Promote(version, stranger), await bench.Erase(version, stranger)));
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (await bench.Promote(version, viewer), await bench.Erase(version, viewer)));
        Assert.Equal(ModelBench.DigestOf(version), await bench.Served());
    }

    [Fact]
    public async Task That_another_run_made_again_is_in_front_again()
    {
        await using var bench = await ModelBench.Start();
        var first = await bench.Register("one");
        await bench.Register("two");

        await bench.Register("one");

        Assert.Equal(ModelBench.DigestOf(first), await bench.Served());
        Assert.Equal(2, (await bench.Versions()).GetArrayLength());
    }
}
