using Aigc.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddOrchestration();
builder.AddBus(bus => bus.AddOrchestration());
var app = builder.Build();
app.UseServiceDefaults();
app.MapOrchestration();
await app.RunAsync();
