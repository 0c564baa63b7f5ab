using System.Net;
using System.Text;

namespace Aigc.Application.Tests.Attacks;

public sealed class Deep_json : ServiceTest
{
    private const int Depth = 10_000;

    [Theory]
    [InlineData("/v1/chat/completions", "{\"model\":\"small-one\",\"messages\":", "[", "]", "}")]
    [InlineData("/v1/chat/completions", "{\"model\":\"small-one\",\"response_format\":", "{\"a\":", "}", "}")]
    [InlineData("/v1/completions", "{\"model\":\"small-one\",\"prompt\":", "[", "]", "}")]
    [InlineData("/v1/embeddings", "{\"model\":\"small-one\",\"input\":", "[", "]", "}")]
    [InlineData("/v1/responses", "{\"model\":\"small-one\",\"input\":", "{\"a\":", "}", "}")]
    [InlineData("/v1/batches", "{\"metadata\":", "{\"a\":", "}", "}")]
    [InlineData("/v1/fine_tuning/jobs", "{\"hyperparameters\":", "{\"a\":", "}", "}")]
    [InlineData("/v1/uploads", "{\"purpose\":", "[", "]", "}")]
    [InlineData("/api/generations", "{\"model\":\"small-one\",\"messages\":", "[", "]", "}")]
    [InlineData("/api/imports", "{\"source\":", "{\"a\":", "}", "}")]
    [InlineData("/api/webhooks", "{\"events\":", "[", "]", "}")]
    [InlineData("/api/chains", "{\"data\":", "{\"a\":", "}", "}")]
    public async Task Of_a_request_is_400_in_the_form_of_errors(string path, string before, string open, string close, string after)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var body = new StringBuilder(before).Insert(before.Length, open, Depth).Append('1').Append(string.Concat(Enumerable.Repeat(close, Depth))).Append(after).ToString();

        using var response = await host.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await Json(response)).GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.All(["message", "code"], field => Assert.NotEqual("", error.GetProperty(field).GetString()));
        // The answer tells of the body, it does not repeat it.
        Assert.InRange(error.GetProperty("message").GetString()!.Length, 10, 500);
    }
}
