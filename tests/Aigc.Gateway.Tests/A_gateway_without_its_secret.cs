using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Tests;

public sealed class A_gateway_without_its_secret : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aigc-gateway-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, "InMemory")]
    [InlineData("", "RabbitMq")]
    [InlineData("too-short-for-a-secret", "RabbitMq")]
    public async Task Does_not_start_and_says_which_setting_is_missing(string? secret, string transport)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = _folder.FullName,
            ["Aigc:Gateway:InternalToken"] = secret,
            ["Aigc:Bus:Transport"] = transport,
            ["Aigc:Bus:RabbitMq"] = "amqp://aigc:secret@127.0.0.1:1/",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddGateway();
        builder.AddBus(bus => bus.AddGateway());
        await using var app = builder.Build();
        app.UseGateway();
        app.MapGateway();

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Aigc:Gateway:InternalToken must be set to a secret of at least 32 characters", refused.Message, StringComparison.Ordinal);
    }
}
