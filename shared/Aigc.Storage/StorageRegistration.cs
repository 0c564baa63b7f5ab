using System.Linq.Expressions;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Aigc.Storage.Documents.Embedded;
using Aigc.Storage.Documents.Mongo;
using Aigc.Storage.Leases;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace Aigc.Storage;

/// <summary>Wires the stores. Configuration alone decides which: no module asks where it runs.</summary>
public static class StorageRegistration
{
    /// <summary>Adds the document database, the artifact store and what is built on them.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>()
            .Bind(configuration.GetSection("Aigc"))
            .Validate(o => o.Documents.Provider != DocumentProvider.MongoDb || o.Documents.ConnectionString is not null, "Aigc:Documents:ConnectionString is required for MongoDb.")
            .Validate(o => o.Artifacts.Provider != ArtifactProvider.S3 || o.Artifacts.Bucket is not null, "Aigc:Artifacts:Bucket is required for S3.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SqliteDatabase(Path.Combine(Options(provider).DataRoot, "aigc.db")));
        services.AddSingleton(provider => new MongoClient(Options(provider).Documents.ConnectionString).GetDatabase(Options(provider).Documents.Database));
        services.AddSingleton(ArtifactStore);
        services.AddSingleton(provider => new ArtifactFolders(provider.GetRequiredService<IArtifactStore>(), Path.Combine(Options(provider).DataRoot, "cache", "folders")));
        services.AddDocuments<LockDocument>("locks");
        services.AddSingleton(provider => new Locks(provider.GetRequiredService<IDocumentStore<LockDocument>>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Adds a collection: its name and the properties queries use.</summary>
    public static IServiceCollection AddDocuments<T>(this IServiceCollection services, string name, params Expression<Func<T, object?>>[] indexes)
        where T : class, IDocument
    {
        var collection = new CollectionDefinition<T>(name, [.. indexes.Select(DocumentFields.NameOf)]);
        services.TryAddSingleton<IDocumentStore<T>>(provider => Options(provider).Documents.Provider switch
        {
            DocumentProvider.MongoDb => new MongoDocumentStore<T>(provider.GetRequiredService<IMongoDatabase>(), collection),
            _ => new SqliteDocumentStore<T>(provider.GetRequiredService<SqliteDatabase>(), collection),
        });
        return services;
    }

    private static StorageOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<StorageOptions>>().Value;

    private static IArtifactStore ArtifactStore(IServiceProvider provider)
    {
        var options = Options(provider);
        if (options.Artifacts.Provider == ArtifactProvider.Files)
        {
            return new FileArtifactStore(Path.Combine(options.DataRoot, "artifacts"));
        }

        var config = new AmazonS3Config { ForcePathStyle = true, AuthenticationRegion = options.Artifacts.Region };
        if (options.Artifacts.ServiceUrl is { } url)
        {
            config.ServiceURL = url.ToString();
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Artifacts.Region);
        }

        var client = options.Artifacts.AccessKey is { } key
            ? new AmazonS3Client(new BasicAWSCredentials(key, options.Artifacts.SecretKey), config)
            : new AmazonS3Client(config);
        return new S3ArtifactStore(client, options.Artifacts.Bucket!, Path.Combine(options.DataRoot, "spool"));
    }
}
