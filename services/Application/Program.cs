using Aigc.Application;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddApplication();
builder.AddBus(bus => bus.AddApplication());
var app = builder.Build();
app.UseServiceDefaults();
app.MapApplication();
await app.RunAsync();
