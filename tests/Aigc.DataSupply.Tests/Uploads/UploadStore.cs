using Aigc.DataSupply.Uploads;
using Aigc.Storage;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.DataSupply.Tests;

/// <summary>An upload desk over a real store in the test's folder.</summary>
internal static class UploadStore
{
    public static UploadDesk Desk(string folder, IArtifactStore artifacts)
    {
        var services = new ServiceCollection();
        services.AddStorage(new ConfigurationBuilder().AddInMemoryCollection([new("Aigc:DataRoot", folder)]).Build());
        services.AddDocuments<Upload>("uploads");
        return new UploadDesk(artifacts, services.BuildServiceProvider().GetRequiredService<IDocumentStore<Upload>>(), TimeProvider.System);
    }
}
