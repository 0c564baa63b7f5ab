using Aigc.Application.Files.Uploads;
using Aigc.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Application.Files;

/// <summary>Wires files and uploads.</summary>
internal static class FileRegistration
{
    public static void AddFiles(this IServiceCollection services)
    {
        services.AddOptions<FileStoreOptions>().BindConfiguration("Aigc:Application:Files")
            .Validate(
                o => o is { MaxFileBytes: > 0, MaxUploadBytes: > 0, MaxPartBytes: > 0 } && o.UploadLife > TimeSpan.Zero && o.SweepEvery > TimeSpan.Zero,
                "Aigc:Application:Files: every limit and time must be greater than zero.")
            .ValidateOnStart();
        services.AddDocuments<StoredFile>("files", f => f.Id, f => f.Tenant, f => f.ExpiresAt);
        services.AddDocuments<FileUpload>("file-uploads", u => u.Due);
        services.AddDocuments<UploadPart>("file-parts", p => p.UploadId, p => p.ExpiresAt);
        services.AddSingleton<FileIntake>().AddSingleton<FileArchive>().AddSingleton<UploadDesk>();
        services.AddHostedService<FileSweep>();
    }
}
