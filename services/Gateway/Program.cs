using Aigc.Gateway;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGateway();
builder.AddBus(bus =>
{
    bus.AddGateway();
    // The door is open without the bus: what it hears there can wait, who stands before it cannot.
    bus.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = HealthStatus.Degraded);
});
builder.Services.PostConfigure<MassTransitHostOptions>(options => options.WaitUntilStarted = false);
var app = builder.Build();
app.UseGateway();
app.MapHealth();
app.MapGateway();
await app.EnsureFirstKey();
await app.RunAsync();
