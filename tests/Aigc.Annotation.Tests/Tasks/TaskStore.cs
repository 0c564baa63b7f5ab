using Aigc.Annotation.Tasks;
using Aigc.Storage;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Annotation.Tests.Tasks;

/// <summary>Tasks in an embedded store of their own.</summary>
internal sealed class TaskStore : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("aigc-tasks-").FullName;
    private readonly ServiceProvider _services;

    public TaskStore(TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddSingleton(time);
        services.AddStorage(new ConfigurationBuilder().AddInMemoryCollection([new("Aigc:DataRoot", _root)]).Build());
        services.AddDocuments<AnnotationTask>("annotation-tasks", task => task.Campaign, task => task.Number, task => task.Status, task => task.LeasableAt, task => task.Dispute);
        services.AddSingleton<TaskDesk>();
        _services = services.BuildServiceProvider();
    }

    public IDocumentStore<AnnotationTask> Tasks => _services.GetRequiredService<IDocumentStore<AnnotationTask>>();

    public TaskDesk Desk => _services.GetRequiredService<TaskDesk>();

    public async Task Add(int count, int overlap)
    {
        for (var i = 0; i < count; i++)
        {
            var task = new AnnotationTask { Id = $"c-{i}", Campaign = "c", Number = i, Kind = "topic", Data = new($"d{i}", "", "text") };
            TaskRules.Open(task, overlap);
            await Tasks.Insert(task);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
