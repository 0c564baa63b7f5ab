using Aigc.Application.Batches.Lines;
using Aigc.Application.Pools;
using Aigc.Application.Spending;

namespace Aigc.Application.Moderations;

/// <summary>Lines of <c>/v1/moderations</c>.</summary>
internal sealed class ModerationLines(ModerationModels models, PooledAnswers answers) : IBatchEndpoint
{
    public string Route => "/v1/moderations";

    public string Input => "input";

    public async Task<LineAnswer> Answer(BatchRequest request, CancellationToken ct)
    {
        var asked = ModerationRequest.Read(request.Body);
        var model = await models.Resolve(request.Job.Tenant, asked.Model, ct);
        Payers.As(request.Job.Key, request.Job.User);
        var labelled = await answers.Ask(request.Id, request.Job.Tenant, new ModerationWork(model, asked), ct);
        return new LineAnswer(Moderation.Of(request.Id, asked, model.Model.Name, labelled), new LineUsage(Moderation.Tokens(labelled), 0, 0));
    }
}
