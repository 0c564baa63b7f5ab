using Aigc.Distribution;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDistribution();
builder.AddBus(bus => bus.AddDistribution());
var app = builder.Build();
app.UseServiceDefaults();
app.MapDistribution();
await app.RunAsync();
