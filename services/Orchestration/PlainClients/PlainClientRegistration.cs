using Aigc.Storage;

namespace Aigc.Orchestration.PlainClients;

/// <summary>Adds the plain door.</summary>
internal static class PlainClientRegistration
{
    public static void AddPlainClients(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PlainClientOptions>().BindConfiguration("Aigc:PlainClients");
        builder.Services.AddDocuments<PlainRequestDocument>("plain-requests");
        builder.Services.AddSingleton<PlainRequestListener>();
        builder.Services.AddSingleton<IPlainReplies>(provider => provider.GetRequiredService<PlainRequestListener>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<PlainRequestListener>());
    }
}
