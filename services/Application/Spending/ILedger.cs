using Aigc.Contracts.Orchestration;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Application.Spending;

/// <summary>The ledger, as this service asks it.</summary>
internal interface ILedger
{
    Task<FundsHeld> Hold(HoldFunds asked, CancellationToken ct);

    Task<JobAdmitted> Admit(AdmitJob asked, CancellationToken ct);

    Task<PriceList> Prices(CancellationToken ct);
}

/// <summary>Asks it on the bus.</summary>
internal sealed class BusLedger(IServiceScopeFactory scopes) : ILedger
{
    public Task<FundsHeld> Hold(HoldFunds asked, CancellationToken ct) => Ask<HoldFunds, FundsHeld>(asked, ct);

    public Task<JobAdmitted> Admit(AdmitJob asked, CancellationToken ct) => Ask<AdmitJob, JobAdmitted>(asked, ct);

    public Task<PriceList> Prices(CancellationToken ct) => Ask<ListPrices, PriceList>(new ListPrices(), ct);

    private async Task<TAnswer> Ask<TQuestion, TAnswer>(TQuestion question, CancellationToken ct)
        where TQuestion : class
        where TAnswer : class
    {
        await using var scope = scopes.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<IRequestClient<TQuestion>>().GetResponse<TAnswer>(question, ct)).Message;
    }
}
