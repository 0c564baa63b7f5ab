using System.Net;
using System.Text;

namespace Aigc.Application.Tests.Files;

public sealed class Uploaded_files : FileTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Come_back_as_they_were_wherever_the_purpose_stands(bool fileFirst)
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var file = await Upload(host.Client, "just bytes\0", "user_data", fileFirst);
        var bytes = await host.Client.GetByteArrayAsync($"/v1/files/{Id(file)}/content", Ct);

        Assert.StartsWith("file-", Id(file), StringComparison.Ordinal);
        Assert.Equal(("file", 11, "requests.jsonl", "user_data", "processed"), (
            file.GetProperty("object").GetString(), file.GetProperty("bytes").GetInt32(), file.GetProperty("filename").GetString(),
            file.GetProperty("purpose").GetString(), file.GetProperty("status").GetString()));
        Assert.Equal("just bytes\0", Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public async Task Are_listed_by_purpose_in_pages_that_meet_and_found_and_deleted()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(Id(await Upload(host.Client, $"file {i}", i == 4 ? "vision" : "user_data")));
        }

        var first = await Json(await host.Client.GetAsync("/v1/files?purpose=user_data&limit=3&order=asc", Ct));
        var second = await Json(await host.Client.GetAsync($"/v1/files?purpose=user_data&limit=3&order=asc&after={first.GetProperty("last_id").GetString()}", Ct));
        var all = await Json(await host.Client.GetAsync("/v1/files", Ct));
        var deleted = await Json(await host.Client.DeleteAsync($"/v1/files/{ids[0]}", Ct));

        Assert.Equal((true, false), (first.GetProperty("has_more").GetBoolean(), second.GetProperty("has_more").GetBoolean()));
        Assert.Equal(ids[..4], first.GetProperty("data").EnumerateArray().Concat(second.GetProperty("data").EnumerateArray()).Select(Id));
        Assert.Equal(ids.AsEnumerable().Reverse(), all.GetProperty("data").EnumerateArray().Select(Id));
        Assert.True(deleted.GetProperty("deleted").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync($"/v1/files/{ids[0]}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.DeleteAsync($"/v1/files/{ids[0]}", Ct)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/content")]
    [InlineData("DELETE", "")]
    public async Task Of_another_tenant_are_not_there(string method, string route)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var file = await Upload(host.Client, "mine", "user_data");
        using var stranger = host.ClientOf("other");

        var response = await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/v1/files/{Id(file)}{route}"), Ct);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty((await Json(await stranger.GetAsync("/v1/files", Ct))).GetProperty("data").EnumerateArray());
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync($"/v1/files/{Id(file)}", Ct)).StatusCode);
    }

    [Fact]
    public async Task Live_as_long_as_was_asked_for_and_no_longer()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Time = new MovableTime(time));
        var brief = await Upload(host.Client, "brief", "user_data", fields: [("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600")]);
        var batch = await Upload(host.Client, Requests(1), "batch");
        var kept = await Upload(host.Client, "kept", "user_data");

        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(3600, brief.GetProperty("expires_at").GetInt64() - brief.GetProperty("created_at").GetInt64());
        Assert.Equal(30 * 86400, batch.GetProperty("expires_at").GetInt64() - batch.GetProperty("created_at").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync($"/v1/files/{Id(brief)}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync($"/v1/files/{Id(kept)}", Ct)).StatusCode);
        await ApplicationHost.Until(async () => await host.Get<Aigc.Storage.Documents.IDocumentStore<Aigc.Application.Files.StoredFile>>().Find(Id(brief), Ct) is null ? "gone" : null);
    }

    [Theory]
    [InlineData(null, "purpose")]
    [InlineData("everything", "purpose")]
    [InlineData("batch_output", "purpose")]
    public async Task Need_a_purpose_that_exists(string? purpose, string param)
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        foreach (var fileFirst in new[] { true, false })
        {
            var error = await Error(await Send(host.Client, "x", purpose, fileFirst), HttpStatusCode.BadRequest);
            Assert.Equal(param, error.GetProperty("param").GetString());
        }

        Assert.Equal(0, Artifacts());
    }

    [Theory]
    [InlineData("expires_after[seconds]", "3599")]
    [InlineData("expires_after[seconds]", "many")]
    [InlineData("expires_after[anchor]", "now")]
    public async Task Cannot_live_for_a_time_that_is_none(string field, string value)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var fields = new Dictionary<string, string> { ["expires_after[anchor]"] = "created_at", ["expires_after[seconds]"] = "3600", [field] = value };

        var error = await Error(await Send(host.Client, "x", "user_data", fields: [.. fields.Select(f => (f.Key, f.Value))]), HttpStatusCode.BadRequest);

        Assert.StartsWith("expires_after", error.GetProperty("param").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Larger_than_allowed_are_refused_and_leave_nothing()
    {
        await using var host = await ApplicationHost.Start(DataRoot, null, ("Aigc:Application:Files:MaxFileBytes", "1000"));

        var large = await Error(await Send(host.Client, new string('x', 1001), "user_data"), HttpStatusCode.RequestEntityTooLarge);
        var empty = await Error(await Send(host.Client, "", "user_data"), HttpStatusCode.BadRequest);

        Assert.Contains("1000", large.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("file_empty", empty.GetProperty("code").GetString());
        Assert.Equal(0, Artifacts());
    }

    [Fact]
    public async Task Must_come_as_a_form_with_a_file()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var text = await Error(await host.Client.PostAsync("/v1/files", Yaml("a: b"), Ct), HttpStatusCode.BadRequest);
        var without = await Error(await host.Client.PostAsync("/v1/files", new MultipartFormDataContent { { new StringContent("batch"), "purpose" } }, Ct), HttpStatusCode.BadRequest);
        using var broken = new StringContent("--x\r\nno headers");
        broken.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        var torn = await Error(await host.Client.PostAsync("/v1/files", broken, Ct), HttpStatusCode.BadRequest);

        Assert.Equal("invalid_content_type", text.GetProperty("code").GetString());
        Assert.Equal("file", without.GetProperty("param").GetString());
        Assert.Equal("invalid_form", torn.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\data\\x.txt", "x.txt")]
    [InlineData("größe.txt", "größe.txt")]
    public async Task Keep_the_last_part_of_their_name(string told, string name)
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var file = await Json(await host.Client.PostAsync("/v1/files", Form("x", "user_data", name: told), Ct));

        Assert.Equal(name, file.GetProperty("filename").GetString());
    }
}

/// <summary>A clock that tells a moved time and lets timers run as they would.</summary>
internal sealed class MovableTime(TimeProvider told) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => told.GetUtcNow();
}
