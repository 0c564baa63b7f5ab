using System.Net;

namespace Aigc.Application.Tests.Chains;

public sealed class Chains_route : ServiceTest
{
    [Fact]
    public async Task Answers_a_bad_file_in_the_error_form()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.PostAsync("/api/chains", Yaml("name: a\ndata: { source: 1 }\n"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await Json(response)).GetProperty("error");
        Assert.Equal("chain_invalid", error.GetProperty("code").GetString());
        Assert.Contains("did you mean 'sources'?", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_path_outside_the_folders_that_may_be_used()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.PostAsync($"/api/chains?base={DataRoot}", Yaml("name: a\ndata:\n  sources:\n    - { kind: file, path: ../../etc/passwd }\n"));

        var message = (await Json(response)).GetProperty("error").GetProperty("message").GetString();
        Assert.Contains("line 4, column 27: data.sources[0].path", message, StringComparison.Ordinal);
        Assert.Contains("Aigc:Files:Roots", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_body_over_a_megabyte()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.PostAsync("/api/chains", Yaml(new string('x', (1 << 20) + 1)));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }
}
