using Aigc.Gateway;
using Aigc.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGateway();
var app = builder.Build();
app.UseGateway();
app.MapHealth();
app.MapGateway();
await app.EnsureFirstKey();
await app.RunAsync();
