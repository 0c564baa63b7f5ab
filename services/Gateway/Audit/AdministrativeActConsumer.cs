using Aigc.Contracts.Gateway;
using MassTransit;

namespace Aigc.Gateway.Audit;

/// <summary>Writes down what other services tell of.</summary>
internal sealed class AdministrativeActConsumer(AuditLog log) : IConsumer<AdministrativeAct>
{
    public const string Queue = "gateway.administrative-acts";

    public Task Consume(ConsumeContext<AdministrativeAct> context) => log.Write(context.Message, context.CancellationToken);
}
