using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using MassTransit;

namespace Aigc.Orchestration.Registry;

/// <summary>Answers what the registry is asked on the bus.</summary>
internal sealed class RegistryConsumer(ModelRegistry registry) : IConsumer<RegisterModel>, IConsumer<ListModels>
{
    public async Task Consume(ConsumeContext<RegisterModel> context)
    {
        var command = context.Message;
        try
        {
            var entry = await registry.Register(command, context.CancellationToken);
            await context.Publish(new ModelRegistered { RunId = command.RunId, Model = entry.Model, Tenant = command.Tenant, At = entry.At });
        }
        catch (ProblemException refused)
        {
            await context.Publish(new ModelNotRegistered { RunId = command.RunId, Problem = refused.Problem });
        }
    }

    public async Task Consume(ConsumeContext<ListModels> context)
    {
        var (tenant, model) = (context.Message.Tenant, context.Message.Model);
        IReadOnlyList<RegisteredModel> found = model is null
            ? await registry.List(tenant, context.CancellationToken)
            : await registry.Find(tenant, model, context.CancellationToken) is { } one ? [one] : [];
        await context.RespondAsync(new ModelList { Models = found });
    }
}
