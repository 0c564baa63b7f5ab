using Aigc.ServiceDefaults.Bus;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Tests.Http;

public sealed class A_service_without_its_secrets : IDisposable
{
    private static readonly string Secret = new('t', 32);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aigc-service-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, "amqp://aigc:secret@127.0.0.1:1/", "Aigc:Gateway:InternalToken must be set to a secret of at least 32 characters")]
    [InlineData("", "amqp://aigc:secret@127.0.0.1:1/", "Aigc:Gateway:InternalToken must be set to a secret of at least 32 characters")]
    [InlineData("too-short-for-a-secret", "amqp://aigc:secret@127.0.0.1:1/", "Aigc:Gateway:InternalToken must be set to a secret of at least 32 characters")]
    [InlineData("{secret}", null, "Aigc:Bus:RabbitMq (amqp://user:password@host:port/vhost) is required")]
    [InlineData("{secret}", "amqp://127.0.0.1:1/", "Aigc:Bus:RabbitMq must name its user and password")]
    [InlineData("{secret}", "amqp://aigc@127.0.0.1:1/", "Aigc:Bus:RabbitMq must name its user and password")]
    [InlineData("{secret}", "amqp://aigc:@127.0.0.1:1/", "Aigc:Bus:RabbitMq must name its user and password")]
    public async Task Does_not_start_and_says_which_setting_is_missing(string? secret, string? broker, string says)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => Start(secret?.Replace("{secret}", Secret, StringComparison.Ordinal), broker));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    private async Task Start(string? secret, string? broker)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = _folder.FullName,
            ["Aigc:Gateway:InternalToken"] = secret,
            ["Aigc:Bus:Transport"] = "RabbitMq",
            ["Aigc:Bus:RabbitMq"] = broker,
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddBus(_ => { });
        await using var app = builder.Build();
        app.UseServiceDefaults();
        await app.StartAsync(TestContext.Current.CancellationToken);
    }
}
