using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.Gateway;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Lineage;
using Aigc.Orchestration.Registry;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Orchestration.Tests.Models;

public sealed class An_erased_model
{
    [Fact]
    public async Task Has_no_files_and_leaves_who_erased_it()
    {
        await using var bench = await ModelBench.Start();
        var version = await bench.Register("one");

        Assert.Equal(HttpStatusCode.OK, await bench.Erase(version));

        Assert.Equal((false, false, false), await bench.Stored("one", version.Model.Folder));
        Assert.Null(await bench.Served());
        var left = await bench.Owner.GetFromJsonAsync<JsonElement>($"/api/models/{ModelBench.DigestOf(version)}", TestContext.Current.CancellationToken);
        Assert.Equal("user_mei", left.GetProperty("erased").GetProperty("by").GetString());
        Assert.Equal("[]", (await bench.Owner.GetFromJsonAsync<JsonElement>("/api/models", TestContext.Current.CancellationToken)).ToString());
    }

    [Fact]
    public async Task Is_told_to_those_who_hold_copies_and_to_the_audit_log()
    {
        await using var bench = await ModelBench.Start();
        var version = await bench.Register("one");

        await bench.Erase(version);

        Assert.Equal([version.Model.Folder.Digest], (await bench.Host.Links.Hears<ModelErased>()).Gone);
        Assert.Equal("model.erased", (await bench.Host.Links.Hears<AdministrativeAct>()).Act);
    }

    [Fact]
    public async Task Leaves_what_other_models_need()
    {
        await using var bench = await ModelBench.Start();
        var (first, second) = (await bench.Register("one"), await bench.Register("two"));

        await bench.Erase(first);

        Assert.Equal((false, false, true), await bench.Stored("one", first.Model.Folder));
        Assert.Equal((true, true, true), await bench.Stored("two", second.Model.Folder));
        Assert.Equal(ModelBench.DigestOf(second), await bench.Served());
    }

    [Fact]
    public async Task That_another_tenant_has_too_keeps_its_files_until_both_are_erased()
    {
        await using var bench = await ModelBench.Start();
        var (own, theirs) = (await bench.Register("one"), await bench.Register("one", tenant: "acme"));
        using var acme = bench.Host.Client("acme");

        await bench.Erase(own);
        Assert.Equal((true, true, true), await bench.Stored("one", own.Model.Folder));
        Assert.Empty((await bench.Host.Links.Hears<ModelErased>()).Gone);

        await bench.Erase(theirs, acme);
        Assert.Equal((false, false, false), await bench.Stored("one", own.Model.Folder));
    }

    [Fact]
    public async Task That_is_an_adapter_leaves_its_base_and_the_base_its_adapter()
    {
        await using var bench = await ModelBench.Start();
        var @base = await bench.Register("base", "large");
        var (mine, yours) = (await bench.Register("mine", "micro", adapterOf: @base.Model.Folder), await bench.Register("yours", "micro", adapterOf: @base.Model.Folder));

        await bench.Erase(mine);
        Assert.Equal((false, false, true), await bench.Stored("mine", mine.Model.Adapter!));
        Assert.Equal(ModelBench.DigestOf(yours), await bench.Served("micro"));

        await bench.Erase(@base);
        Assert.Null(await bench.Served("large"));
        Assert.Equal((true, true, true), await bench.Stored("base", @base.Model.Folder));
    }

    [Fact]
    public async Task Does_not_come_back_when_its_registration_is_delivered_again()
    {
        await using var bench = await ModelBench.Start();
        var version = await bench.Register("one");
        await bench.Register("one"); // another run that found it
        await bench.Erase(version);

        await bench.Host.Get<ModelRegistry>().Register(version, CancellationToken.None);

        Assert.Null(await bench.Served());
        Assert.Equal(HttpStatusCode.NotFound, await bench.Promote(version));
    }

    [Fact]
    public async Task Comes_back_when_it_is_made_again()
    {
        await using var bench = await ModelBench.Start();
        await bench.Erase(await bench.Register("one"));

        var again = await bench.Register("one");

        Assert.Equal(ModelBench.DigestOf(again), await bench.Served());
        Assert.Equal((true, true, true), await bench.Stored("one", again.Model.Folder));
    }

    [Fact]
    public async Task Is_not_registered_by_a_run_that_found_it_before_and_comes_after()
    {
        await using var bench = await ModelBench.Start();
        var version = await bench.Register("one");
        await bench.Erase(version);

        var late = version with { RunId = Guid.NewGuid() };
        await bench.Host.Commands.Send(late);

        var refused = await bench.Host.Links.Hears<ModelNotRegistered>();
        Assert.Equal((late.RunId, "model_incomplete"), (refused.RunId, refused.Problem.Code));
        Assert.Null(await bench.Served());
    }

    [Fact]
    public async Task Gives_the_name_back_to_the_version_that_was_promoted_before()
    {
        await using var bench = await ModelBench.Start();
        var (first, second) = (await bench.Register("one"), await bench.Register("two"));
        await bench.Register("three");
        await bench.Promote(first);
        await bench.Promote(second);

        await bench.Erase(second);

        Assert.Equal(ModelBench.DigestOf(first), await bench.Served());
    }

    [Fact]
    public async Task Stays_in_the_lineage()
    {
        await using var bench = await ModelBench.Start();
        var version = await bench.Register("one");
        var digest = version.Model.Folder.Digest;
        await bench.Host.Get<LineageIndex>().Record(
            new LineageRecorded
            {
                JobId = version.RunId,
                Activity = "training-run",
                Tenant = "default",
                Inputs = [new LineageNode { Kind = "dataset", Id = Made.Dataset.Folder.Digest }],
                Outputs = [new LineageNode { Kind = "model", Id = digest }],
                At = DateTimeOffset.UnixEpoch,
            },
            CancellationToken.None);

        await bench.Erase(version);

        Assert.Single(await bench.Host.Get<LineageIndex>().Trace("default", digest, CancellationToken.None));
    }

    [Fact]
    public async Task Whose_erasure_was_interrupted_is_erased_by_the_sweep()
    {
        await using var bench = await ModelBench.Start();
        var version = await bench.Register("one");
        // As a process leaves it that dies right after it has marked the document.
        await bench.Host.Get<IDocumentStore<ModelDocument>>().Update(
            ModelDocument.IdOf("default", version.Model),
            document => document.ErasedAt = document.DeletingSince = DateTimeOffset.UnixEpoch,
            TestContext.Current.CancellationToken);

        await bench.Host.Get<Erasures>().FinishAll(CancellationToken.None);

        Assert.Equal((false, false, false), await bench.Stored("one", version.Model.Folder));
    }

    [Fact]
    public async Task Of_the_days_before_files_were_noted_is_erased_as_well()
    {
        await using var bench = await ModelBench.Start();
        var (first, second) = (await bench.Register("one"), await bench.Register("two"));
        foreach (var version in new[] { first, second })
        {
            await bench.Host.Get<IDocumentStore<ModelDocument>>().Update(ModelDocument.IdOf("default", version.Model), document => document.Files = null, TestContext.Current.CancellationToken);
        }

        await bench.Erase(first);

        Assert.Equal((false, false, true), await bench.Stored("one", first.Model.Folder));
        Assert.Equal((true, true, true), await bench.Stored("two", second.Model.Folder));
    }
}
