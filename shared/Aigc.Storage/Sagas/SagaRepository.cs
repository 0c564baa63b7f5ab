using Aigc.Storage.Documents;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;

namespace Aigc.Storage.Sagas;

/// <summary>A saga's document changed between being loaded and being saved; the retry policy runs the message again on a fresh copy.</summary>
public sealed class SagaConcurrencyException(Type saga, Guid id) : SagaException("Another message changed the saga first", saga, id);

/// <summary>The saga of one message: loaded, changed, and written back by compare-and-swap.</summary>
internal sealed class SagaRepositoryContext<TSaga, TMessage>(
    SagaStore<TSaga> store,
    ConsumeContext<TMessage> consume,
    ISagaConsumeContextFactory<SagaStore<TSaga>, TSaga> factory)
    : ConsumeContextScope<TMessage>(consume), MassTransit.Saga.SagaRepositoryContext<TSaga, TMessage>, IDisposable
    where TSaga : class, ISaga, IDocument
    where TMessage : class
{
    private readonly ConsumeContext<TMessage> _consume = consume;
    private SemaphoreSlim? _held;

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class => factory.CreateSagaConsumeContext(store, consumeContext, instance, mode);

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) =>
        factory.CreateSagaConsumeContext(store, _consume, instance, SagaConsumeContextMode.Add);

    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance) =>
        await store.Documents.Insert(instance, CancellationToken)
            ? await factory.CreateSagaConsumeContext(store, _consume, instance, SagaConsumeContextMode.Insert)
            : null!;

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        if (_held is null)
        {
            var instance = store.LockOf(correlationId);
            await instance.WaitAsync(CancellationToken);
            _held = instance;
        }

        return await store.Documents.Find(correlationId.ToString(), CancellationToken) is { } saga
            ? await factory.CreateSagaConsumeContext(store, _consume, saga, SagaConsumeContextMode.Load)
            : null!;
    }

    public async Task Save(SagaConsumeContext<TSaga> context) => Demand(await store.Documents.Insert(context.Saga, CancellationToken), context);

    public async Task Update(SagaConsumeContext<TSaga> context) => Demand(await store.Documents.Replace(context.Saga, CancellationToken), context);

    public Task Delete(SagaConsumeContext<TSaga> context) => store.Documents.Delete(context.Saga.Id, CancellationToken);

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public void Dispose() => _held?.Release();

    private static void Demand(bool written, SagaConsumeContext<TSaga> context)
    {
        if (!written)
        {
            throw new SagaConcurrencyException(typeof(TSaga), context.Saga.CorrelationId);
        }
    }
}

/// <summary>Opens a repository context per message. Sagas correlate by id only: queries would ask more of a store than every store has.</summary>
internal sealed class SagaRepositoryContextFactory<TSaga>(SagaStore<TSaga> store, ISagaConsumeContextFactory<SagaStore<TSaga>, TSaga> factory)
    : ISagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga, IDocument
{
    public void Probe(ProbeContext context) => context.Add("persistence", "documents");

    public async Task Send<T>(ConsumeContext<T> context, IPipe<MassTransit.Saga.SagaRepositoryContext<TSaga, T>> next)
        where T : class
    {
        using var repository = new SagaRepositoryContext<TSaga, T>(store, context, factory);
        await next.Send(repository);
    }

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class => throw new NotSupportedException($"{typeof(TSaga).Name} is correlated by id; correlation by query is not offered.");

    public Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => asyncMethod(new LoadContext(store.Documents, cancellationToken));

    private sealed class LoadContext(IDocumentStore<TSaga> documents, CancellationToken ct) : BasePipeContext(ct), LoadSagaRepositoryContext<TSaga>
    {
        public Task<TSaga> Load(Guid correlationId) => documents.Find(correlationId.ToString(), CancellationToken)!;
    }
}
