using Aigc.DataSupply;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDataSupply();
builder.AddBus(bus => bus.AddDataSupply());
var app = builder.Build();
app.UseServiceDefaults();
app.MapDataSupply();
await app.RunAsync();
