using System.Runtime.CompilerServices;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Tasks;

/// <summary>Walks the tasks of a campaign by number, a page at a time: memory does not grow with the campaign.</summary>
internal static class CampaignTasks
{
    private const int Page = 500;

    public static async IAsyncEnumerable<AnnotationTask> Walk(IDocumentStore<AnnotationTask> tasks, string campaign, [EnumeratorCancellation] CancellationToken ct)
    {
        var next = 0;
        while (true)
        {
            var page = await tasks.Query(
                new DocumentQuery<AnnotationTask>().Where(task => task.Campaign, campaign).AtLeast(task => task.Number, next).OrderBy(task => task.Number).Take(Page),
                ct);
            foreach (var task in page)
                yield return task;
            if (page.Count < Page)
                yield break;
            next = page[^1].Number + 1;
        }
    }

    /// <summary>The answers given to a task by each annotator.</summary>
    public static Dictionary<string, TaskAnswer> Answers(AnnotationTask task, bool people) =>
        task.Predictions.Select(prediction => (prediction.Labeler, prediction.Answer))
            // A person may carry a labeler's name; the prefix keeps them apart.
            .Concat(people ? task.Annotations.Where(annotation => !annotation.WasCancelled).Select(annotation => ($"person:{annotation.Annotator}", annotation.Answer!)) : [])
            .ToDictionary(label => label.Item1, label => label.Item2, StringComparer.Ordinal);
}
