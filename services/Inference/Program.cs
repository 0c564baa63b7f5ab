using Aigc.Inference;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddInference();
builder.AddBus(bus => bus.AddInference());
var app = builder.Build();
app.UseServiceDefaults();
app.MapInference();
await app.RunAsync();
