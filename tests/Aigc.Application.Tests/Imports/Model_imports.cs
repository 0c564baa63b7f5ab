using System.Net;
using System.Net.Http.Json;
using Aigc.Application.Imports;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Tests.Imports;

public sealed class Model_imports : ServiceTest
{
    [Fact]
    public async Task An_import_is_a_job_and_its_command_reaches_model_training()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var body = new { source = new { hub = new { name = "someone/SmolLM2-135M", revision = "v1" }, variant = "q4" }, tier = "small" };

        var response = await host.Client.PostAsJsonAsync("/api/imports?key=one", body, TestContext.Current.CancellationToken);
        var again = await host.Client.PostAsJsonAsync("/api/imports?key=one", body, TestContext.Current.CancellationToken);
        var heard = await host.Neighbours.Hears<ImportModel>();

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var job = await Json(response);
        Assert.Equal("model-import", job.GetProperty("kind").GetString());
        Assert.Equal(job.GetProperty("id").GetGuid(), (await Json(again)).GetProperty("id").GetGuid());
        Assert.Equal(("smollm2-135m", "small", ApplicationHost.Tenant), (heard.Name, heard.Tier, heard.Job.Tenant));
        Assert.Equal(new ModelSource { Hub = new HubModel { Name = "someone/SmolLM2-135M", Revision = "v1" }, Variant = "q4" }, heard.Source);
        var list = await Json(await host.Client.GetAsync(new Uri("/api/imports", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(1, list.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_body_that_is_no_import_is_refused()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        object[] bodies = [new { name = "x" }, new { source = new { directory = "/x" }, surprise = 1 }, new { source = new { url = new { @base = "http://127.0.0.1/", files = Array.Empty<object>() } } }];
        foreach (var body in bodies)
        {
            var response = await host.Client.PostAsJsonAsync("/api/imports", body, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("onnx-community/SmolLM2-135M-Instruct", null, "smollm2-135m-instruct")]
    [InlineData("gpt2", null, "gpt2")]
    [InlineData("a/Qwen2.5_0.5B", null, "qwen2-5-0-5b")]
    [InlineData(null, "/models/My Model/", "my-model")]
    public void A_name_is_made_of_the_source(string? hub, string? directory, string name) =>
        Assert.Equal(name, ImportRoutes.NameOf(new ModelSource { Hub = hub is null ? null : new HubModel { Name = hub }, Directory = directory }));

    [Fact]
    public void One_model_of_several_in_a_repository_has_its_folder_in_its_name() =>
        Assert.Equal("nano-sizes-int8", ImportRoutes.NameOf(new ModelSource { Hub = new HubModel { Name = "someone/Nano", Subfolder = "sizes/INT8" } }));

    [Fact]
    public void Without_a_name_to_make_one_of_it_is_asked_for() => Assert.Equal("name_missing", Assert.Throws<ProblemException>(() => ImportRoutes.NameOf(new ModelSource { Directory = "/" })).Problem.Code);
}
