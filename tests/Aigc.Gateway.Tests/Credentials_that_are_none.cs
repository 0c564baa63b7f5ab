using System.Text;
using System.Text.Json;

namespace Aigc.Gateway.Tests;

public sealed class Credentials_that_are_none
{
    /// <summary>What is shown in place of a key; <c>{key}</c> stands for a key that works.</summary>
    public static TheoryData<string> Shown =>
    [
        "", "Bearer", "Bearer ", "Bearer \t", "Bearer Bearer {key}", "{key}", "Token {key}", "Basic YWRtaW46YWRtaW4=", "Negotiate {key}", "Digest username=\"admin\"",
        "Bearer {key}' OR '1'='1", "Bearer ' OR 1=1 --", "Bearer {key}; DROP TABLE keys", "Bearer {\"$ne\":null}", "Bearer {\"$gt\":\"\"}", "Bearer [\"{key}\"]", "Bearer {key},{key}",
        "Bearer {key}%00", "Bearer {key}\0", "Bearer \0{key}", "Bearer {key}\u0001", "Bearer {key}\rX: 1", "Bearer sk-aigc-../../api-key", "Bearer sk-aigc-*", "Bearer sk-aigc-%",
        "Bearer \u00ff\u00fe\u00fd", "Bearer " + Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("sk-aigc-кл\u202eюч😀")), "Bearer " + Encoding.Latin1.GetString("\xC3\x28\xA0\xA1"u8),
        "Bearer " + new string('a', 8192), "Bearer {key}" + new string('=', 8192), "Bearer " + new string(',', 8192),
        "Bearer {key}\r\nAuthorization: Bearer {key}", "Bearer {key}\r\nAuthorization: Bearer sk-aigc-other", "Basic x\r\nAuthorization: Bearer {key}",
    ];

    [Theory]
    [MemberData(nameof(Shown))]
    public async Task Are_refused_and_nothing_reaches_a_service(string shown)
    {
        await using var host = await GatewayHost.Start();

        var answer = await Ask(host, $"Authorization: {shown.Replace("{key}", host.Key, StringComparison.Ordinal)}");

        Assert.Contains(Assert.Single(RawConnection.Statuses(answer)), (string[])["401", "400"]);
        Assert.DoesNotContain("x-aigc-tenant", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aigc-session=")]
    [InlineData("aigc-session=key.{key}..99999999999")]
    [InlineData("aigc-session=CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("aigc-session=%00%0d%0a; aigc-session=;;;=")]
    [InlineData("aigc-session=\u00ff\u00fe")]
    public async Task Are_refused_in_a_cookie_too(string cookie)
    {
        await using var host = await GatewayHost.Start();

        var answer = await Ask(host, $"Cookie: {cookie.Replace("{key}", host.Key, StringComparison.Ordinal)}");

        Assert.Contains(Assert.Single(RawConnection.Statuses(answer)), (string[])["401", "400"]);
        Assert.DoesNotContain("x-aigc-tenant", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-aigc-tenant: default")]
    [InlineData("X-AIGC-TENANT: default\r\nx-aigc-scopes: *")]
    [InlineData("Connection: close, x-aigc-tenant, x-aigc-scopes, x-aigc-internal, x-aigc-key")]
    [InlineData("Cookie: x-aigc-tenant=default; aigc-session=nonsense")]
    public async Task Do_not_make_another_tenant_of_a_key_that_is_one(string beside)
    {
        await using var host = await GatewayHost.Start();
        var key = await host.NewKey("acme", "look");

        var answer = await Ask(host, $"Authorization: Bearer {key}\r\n{beside}");

        Assert.Equal(["200"], RawConnection.Statuses(answer));
        var seen = JsonSerializer.Deserialize<Dictionary<string, string>>(answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)])!;
        Assert.Equal(("acme", "look", GatewayHost.InternalToken), (seen["x-aigc-tenant"], seen["x-aigc-scopes"], seen["x-aigc-internal"]));
    }

    private static Task<string> Ask(GatewayHost host, string headers) => RawConnection.Send(host, $"GET /api/models HTTP/1.1\r\nHost: {host.Address.Authority}\r\nConnection: close\r\n{headers}\r\n\r\n");
}
