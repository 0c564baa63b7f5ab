using Aigc.ModelTraining;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddModelTraining();
builder.AddBus(bus => bus.AddModelTraining());
var app = builder.Build();
app.UseServiceDefaults();
app.MapModelTraining();
await app.RunAsync();
