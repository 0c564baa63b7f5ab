using Aigc.Storage.Documents;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aigc.Storage.Sagas;

/// <summary>Keeps sagas in the document store.</summary>
public static class SagaStoreRegistration
{
    /// <summary>The saga's documents must be registered with <see cref="StorageRegistration.AddDocuments{T}"/>.</summary>
    public static ISagaRegistrationConfigurator<TSaga> StoreAsDocuments<TSaga>(this ISagaRegistrationConfigurator<TSaga> configurator)
        where TSaga : class, ISaga, IDocument
    {
        configurator.Repository(repository =>
        {
            repository.TryAddSingleton(provider => new SagaStore<TSaga>(provider.GetRequiredService<IDocumentStore<TSaga>>()));
            repository.RegisterLoadSagaRepository<TSaga, SagaRepositoryContextFactory<TSaga>>();
            repository.RegisterSagaRepository<TSaga, SagaStore<TSaga>, SagaConsumeContextFactory<SagaStore<TSaga>, TSaga>, SagaRepositoryContextFactory<TSaga>>();
        });
        return configurator;
    }
}
