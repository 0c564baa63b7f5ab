using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Aigc.Gateway.Tests;

/// <summary>
/// Another house's accounts: discovery, keys, authorization code with PKCE, signed id token. Whoever comes is signed in at once, as
/// the person the test names.
/// </summary>
internal sealed class OidcServer : IAsyncDisposable
{
    public const string ClientId = "aigc";
    public const string ClientSecret = "a secret of the client";

    private readonly WebApplication _app;
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "k1" };
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge)> _codes = [];

    private OidcServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Claims of whoever signs in.</summary>
    public Dictionary<string, object> Person { get; set; } = new() { ["sub"] = "42", ["name"] = "Mei", ["email"] = "mei@example.com", ["roles"] = new[] { "aigc-ops" } };

    /// <summary>The key id tokens are signed with; null for the one that is published.</summary>
    public RsaSecurityKey? SignWith { get; set; }

    /// <summary>The nonce id tokens carry; null for the one that was asked for.</summary>
    public string? Nonce { get; set; }

    /// <summary>Whom id tokens are for; null for whoever asked.</summary>
    public string? Audience { get; set; }

    public static async Task<OidcServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0" });
        builder.Logging.ClearProviders();
        var server = new OidcServer(builder.Build());
        server._app.MapGet("/.well-known/openid-configuration", server.Discovery);
        server._app.MapGet("/keys", server.Keys);
        server._app.MapGet("/authorize", server.Authorize);
        server._app.MapPost("/token", server.Token);
        await server._app.StartAsync();
        server.Address = GatewayHost.AddressOf(server._app);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private string Issuer => Address.ToString().TrimEnd('/');

    private IResult Discovery() => Results.Json(new
    {
        issuer = Issuer,
        authorization_endpoint = $"{Issuer}/authorize",
        token_endpoint = $"{Issuer}/token",
        jwks_uri = $"{Issuer}/keys",
        response_types_supported = new[] { "code" },
        subject_types_supported = new[] { "public" },
        id_token_signing_alg_values_supported = new[] { "RS256" },
        code_challenge_methods_supported = new[] { "S256" },
    });

    private IResult Keys()
    {
        var parameters = _key.Rsa.ExportParameters(includePrivateParameters: false);
        return Results.Json(new
        {
            keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = _key.KeyId, n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) } },
        });
    }

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["response_type"] != "code" || query["client_id"] != ClientId || query["code_challenge_method"] != "S256" || query["nonce"].Count == 0)
        {
            return Results.BadRequest("a code, PKCE and a nonce are asked for");
        }

        var code = Guid.NewGuid().ToString("N");
        _codes[code] = (query["nonce"].ToString(), query["code_challenge"].ToString());
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
    }

    private async Task<IResult> Token(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var verifier = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (!_codes.TryRemove(form["code"].ToString(), out var asked) || verifier != asked.Challenge || form["client_secret"] != ClientSecret || form["grant_type"] != "authorization_code")
        {
            return Results.BadRequest(new { error = "invalid_grant" });
        }

        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience ?? ClientId,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object>(Person) { ["nonce"] = Nonce ?? asked.Nonce },
            SigningCredentials = new SigningCredentials(SignWith ?? _key, SecurityAlgorithms.RsaSha256),
        });
        return Results.Json(new { access_token = "unused", token_type = "Bearer", expires_in = 300, id_token = token });
    }
}
