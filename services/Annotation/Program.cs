using Aigc.Annotation;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddAnnotation();
builder.AddBus(bus => bus.AddAnnotation());
var app = builder.Build();
app.UseServiceDefaults();
app.MapAnnotation();
await app.RunAsync();
