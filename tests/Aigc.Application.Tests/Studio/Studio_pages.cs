using System.Net;
using Aigc.Contracts.Jobs;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Tests.Studio;

public sealed class Studio_pages : ServiceTest
{
    [Theory]
    [InlineData("/", "What shall it be about?")]
    [InlineData("/?kind=image", "No image model is registered")]
    [InlineData("/?kind=video", "No video model is registered")]
    [InlineData("/prompts", "No prompt yet")]
    [InlineData("/_content/Aigc.Application/enter.js", "data-enter=sends")]
    [InlineData("/chains", "No chain has run yet")]
    [InlineData("/annotate", "is not a route of this API")]
    [InlineData("/data", "is not a route of this API")]
    [InlineData("/models", "is not a route of this API")]
    [InlineData("/publish", "is not a route of this API")]
    [InlineData("/usage", "is not a route of this API")]
    [InlineData("/publish?status=awaiting-approval", "is not a route of this API")]
    [InlineData("/accounts", "Invite somebody")]
    [InlineData("/accounts/keys", "Make a key")]
    [InlineData("/accounts/tenants", "run the installation")]
    [InlineData("/accounts/audit", "Audit log")]
    [InlineData("/_content/Aigc.Application/studio.js", "same-origin")]
    [InlineData("/operate", "Jobs that run or wait")]
    [InlineData("/docs", "html")]
    [InlineData("/openapi/v1.json", "/v1/chat/completions")]
    [InlineData("/_framework/blazor.web.js", "Blazor")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css", "mud")]
    [InlineData("/_content/Aigc.Application/studio.css", ".chain")]
    public async Task Are_served(string path, string holds)
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(holds, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/data", "data")]
    [InlineData("/annotate", "annotate")]
    [InlineData("/models", "train")]
    [InlineData("/publish", "publish")]
    [InlineData("/accounts", "admin")]
    [InlineData("/accounts/keys", "admin")]
    [InlineData("/accounts/audit", "admin")]
    public async Task Are_open_as_far_as_the_callers_scopes_go(string path, string scope)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        using var without = host.ClientOf(ApplicationHost.Tenant, "generate");
        using var with = host.ClientOf(ApplicationHost.Tenant, $"look {scope}");

        Assert.Contains("Your account may not do this", await without.GetStringAsync(path), StringComparison.Ordinal);
        Assert.DoesNotContain("Your account may not do this", await with.GetStringAsync(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/chains")]
    [InlineData("/annotate")]
    public async Task Take_no_form_that_was_not_shown_here(string path)
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        using var none = await host.Client.PostAsync(path, new FormUrlEncodedContent([new("_handler", "any")]));
        using var forged = await host.Client.PostAsync(path, new FormUrlEncodedContent([new("_handler", "any"), new("__RequestVerificationToken", "CfDJ8AAAA")]));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (none.StatusCode, forged.StatusCode));
        var pages = host.Get<EndpointDataSource>().Endpoints.Where(page => page.Metadata.GetMetadata<ComponentTypeMetadata>() is not null).ToList();
        Assert.True(pages.Count > 15);
        Assert.All(pages, page => Assert.True(page.Metadata.GetMetadata<IAntiforgeryMetadata>()?.RequiresValidation, page.DisplayName));
    }

    [Fact]
    public async Task Give_cookies_that_stay_with_this_site_and_no_script_reads()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        using var response = await host.Client.GetAsync("/chains");

        var cookies = response.Headers.TryGetValues("Set-Cookie", out var given) ? given.ToList() : [];
        Assert.All(cookies, cookie => Assert.Matches("(?i)(?=.*; samesite=strict)(?=.*; httponly)", cookie));
        Assert.NotEmpty(cookies);
    }

    [Fact]
    public async Task Show_a_chain_to_its_tenant_and_to_nobody_else()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var id = Guid.NewGuid();
        await host.Bus.Publish(Changed(id, JobStatus.Running, 1));
        await host.Job(id, _ => true);
        using var stranger = host.ClientOf("other");

        Assert.Contains("Distribution", await host.Client.GetStringAsync($"/chains/{id}"), StringComparison.Ordinal);
        Assert.Contains("There is no such chain", await stranger.GetStringAsync($"/chains/{id}"), StringComparison.Ordinal);
    }
}
