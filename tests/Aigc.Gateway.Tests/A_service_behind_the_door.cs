using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http;

namespace Aigc.Gateway.Tests;

public sealed class A_service_behind_the_door
{
    [Fact]
    public async Task Reads_the_caller_from_what_the_door_has_written()
    {
        await using var host = await GatewayHost.Start();
        var (browser, id) = await People.Joined(host, "annotator");
        using (browser)
        {
            var person = Read(await browser.Get("/api/annotation/campaigns"));
            var program = Read(await host.Program().Get("/api/jobs"));

            Assert.Equal(("default", id, null, id), (person.Tenant, person.User, person.Key, person.Actor));
            Assert.Equal((true, false), (person.May("annotate"), person.May("generate")));
            Assert.Equal((null, program.Key, true), (program.User, program.Actor, program.May("anything")));
            Assert.StartsWith("key_", program.Key, StringComparison.Ordinal);
        }
    }

    private static RequestCaller Read(System.Text.Json.JsonElement headers)
    {
        var context = new DefaultHttpContext();
        foreach (var header in headers.EnumerateObject())
        {
            context.Request.Headers[header.Name] = header.Value.GetString();
        }

        return context.Caller();
    }
}
