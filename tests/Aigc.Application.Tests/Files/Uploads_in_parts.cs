using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aigc.Application.Files.Uploads;
using Aigc.Storage.Documents;

namespace Aigc.Application.Tests.Files;

public sealed class Uploads_in_parts : FileTest
{
    [Fact]
    [SuppressMessage("Security", "CA5351", Justification = "The API's checksum is MD5.")]
    public async Task Become_one_file_in_the_order_of_the_list_across_a_restart()
    {
        string upload, first, second;
        await using (var host = await ApplicationHost.Start(DataRoot))
        {
            upload = Id(await Begin(host.Client, 8));
            second = Id(await Part(host.Client, upload, "part"));
        }

        await using var later = await ApplicationHost.Start(DataRoot);
        first = Id(await Part(later.Client, upload, "one "));
        var known = await Json(await later.Client.GetAsync($"/v1/uploads/{upload}", Ct));
        var body = new { part_ids = new[] { first, second }, md5 = Convert.ToHexStringLower(MD5.HashData("one part"u8)) };
        var done = await Post(later.Client, $"/v1/uploads/{upload}/complete", body);
        var again = await Post(later.Client, $"/v1/uploads/{upload}/complete", body);

        Assert.Equal([second, first], known.GetProperty("parts").EnumerateArray().Select(Id));
        Assert.Equal(("upload", "completed"), (done.GetProperty("object").GetString(), done.GetProperty("status").GetString()));
        var file = Id(done.GetProperty("file"));
        Assert.Equal(file, Id(again.GetProperty("file")));
        Assert.Equal("one part", await later.Client.GetStringAsync($"/v1/files/{file}/content", Ct));
        Assert.Equal(1, (await Json(await later.Client.GetAsync("/v1/files", Ct))).GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"part_ids":["part_nobody"]}""", "part_not_found")]
    [InlineData("""{"part_ids":["A"]}""", "bytes_mismatch")]
    [InlineData("""{"part_ids":["A","A"]}""", "part_not_found")]
    [InlineData("""{"part_ids":[]}""", "bytes_mismatch")]
    [InlineData("""{"part_ids":["A","B"],"md5":"00"}""", "checksum_mismatch")]
    [InlineData("""{"part_ids":["A","B"],"sha":"00"}""", "unknown_parameter")]
    public async Task That_are_not_what_was_announced_become_no_file(string body, string code)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var upload = Id(await Begin(host.Client, 8));
        var (a, b) = (Id(await Part(host.Client, upload, "aaaa")), Id(await Part(host.Client, upload, "bbbb")));
        var text = body.Replace("\"A\"", $"\"{a}\"", StringComparison.Ordinal).Replace("\"B\"", $"\"{b}\"", StringComparison.Ordinal);

        var error = await Error(await host.Client.PostAsync($"/v1/uploads/{upload}/complete", new StringContent(text, Encoding.UTF8, "application/json"), Ct), HttpStatusCode.BadRequest);

        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Empty((await Json(await host.Client.GetAsync("/v1/files", Ct))).GetProperty("data").EnumerateArray());
        await Post(host.Client, $"/v1/uploads/{upload}/complete", new { part_ids = new[] { a, b } });
    }

    [Fact]
    public async Task Are_checked_like_files_that_come_at_once()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var upload = Id(await Begin(host.Client, 8, "batch"));
        var part = Id(await Part(host.Client, upload, "not json"));

        var error = await Error(await host.Client.PostAsJsonAsync($"/v1/uploads/{upload}/complete", new { part_ids = new[] { part } }, Ct), HttpStatusCode.BadRequest);

        Assert.Contains("Line 1", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_no_parts_once_they_were_cancelled()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var upload = Id(await Begin(host.Client, 4));
        var part = Id(await Part(host.Client, upload, "part"));

        var cancelled = await Json(await host.Client.PostAsync($"/v1/uploads/{upload}/cancel", null, Ct));

        Assert.Equal("cancelled", cancelled.GetProperty("status").GetString());
        Assert.Equal("upload_not_pending", (await Error(await Send(host.Client, upload, "late"), HttpStatusCode.BadRequest)).GetProperty("code").GetString());
        var completed = await host.Client.PostAsJsonAsync($"/v1/uploads/{upload}/complete", new { part_ids = new[] { part } }, Ct);
        Assert.Equal("upload_not_pending", (await Error(completed, HttpStatusCode.BadRequest)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Expire_after_an_hour_and_are_swept()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var host = await ApplicationHost.Start(DataRoot, n => n.Time = new MovableTime(time));
        var begun = await Begin(host.Client, 4);
        await Part(host.Client, Id(begun), "part");

        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(3600, begun.GetProperty("expires_at").GetInt64() - begun.GetProperty("created_at").GetInt64());
        Assert.Equal("expired", (await Json(await host.Client.GetAsync($"/v1/uploads/{Id(begun)}", Ct))).GetProperty("status").GetString());
        Assert.Equal("upload_not_pending", (await Error(await Send(host.Client, Id(begun), "late"), HttpStatusCode.BadRequest)).GetProperty("code").GetString());
        await ApplicationHost.Until(async () => await host.Get<IDocumentStore<UploadPart>>().Count(new DocumentQuery<UploadPart>(), Ct) == 0 ? "swept" : null);
        await ApplicationHost.Until(async () => await host.Get<IDocumentStore<FileUpload>>().Find(Id(begun), Ct) is { Status: UploadStatus.Expired } ? "swept" : null);
    }

    [Fact]
    public async Task Are_bounded_in_size_and_belong_to_one_tenant()
    {
        await using var host = await ApplicationHost.Start(DataRoot, null, ("Aigc:Application:Files:MaxUploadBytes", "100"), ("Aigc:Application:Files:MaxPartBytes", "60"));
        using var stranger = host.ClientOf("other");
        var upload = Id(await Begin(host.Client, 100));

        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.PostAsJsonAsync("/v1/uploads", Announced(101, "user_data"), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Send(host.Client, upload, new string('x', 61))).StatusCode);
        await Part(host.Client, upload, new string('x', 60));
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(host.Client, upload, new string('x', 41))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(stranger, upload, "x")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync($"/v1/uploads/{upload}/cancel", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsJsonAsync($"/v1/uploads/{upload}/complete", new { part_ids = Array.Empty<string>() }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/v1/uploads/{upload}", Ct)).StatusCode);
    }

    private static object Announced(long bytes, string purpose) => new { filename = "big.jsonl", purpose, bytes, mime_type = "application/octet-stream" };

    private static Task<JsonElement> Begin(HttpClient client, long bytes, string purpose = "user_data") => Post(client, "/v1/uploads", Announced(bytes, purpose));

    private static Task<HttpResponseMessage> Send(HttpClient client, string upload, string data) =>
        client.PostAsync($"/v1/uploads/{upload}/parts", new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(data)), "data", "blob" } }, Ct);

    private static async Task<JsonElement> Part(HttpClient client, string upload, string data)
    {
        var response = await Send(client, upload, data);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return await Json(response);
    }
}
