using Aigc.Application.Jobs;
using Aigc.Application.Spending;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;
using Aigc.Storage.Artifacts;

namespace Aigc.Application.Chains;

/// <summary>Starts chains: from the API, from Studio, and from a host that carries this module.</summary>
public sealed class ChainStarts
{
    private readonly JobDesk _desk;
    private readonly FileRoots _roots;
    private readonly Payers _payers;

    internal ChainStarts(JobDesk desk, FileRoots roots, Payers payers) => (_desk, _roots, _payers) = (desk, roots, payers);

    /// <summary>Reads the chain file, accepts its run durably and sends it on its way. Returns the id of the job.</summary>
    /// <param name="tenant">Tenant that owns the run.</param>
    /// <param name="text">The chain file.</param>
    /// <param name="baseDirectory">Absolute folder that relative paths are meant from; null for the current directory.</param>
    /// <param name="key">The same key and document mean the same run; null for a new run.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ProblemException"><c>chain_invalid</c>, <c>path_not_absolute</c>, or <c>conflict</c> when the key belongs to another document.</exception>
    public async Task<Guid> Start(string tenant, string text, string? baseDirectory = null, string? key = null, CancellationToken ct = default) =>
        Guid.Parse((await Submit(tenant, text, baseDirectory, key, ct)).Id);

    internal async Task<JobDocument> Submit(string tenant, string text, string? baseDirectory, string? key, CancellationToken ct)
    {
        if (baseDirectory is not null && !Path.IsPathFullyQualified(baseDirectory))
        {
            throw new ProblemException("path_not_absolute", $"'{baseDirectory}' is not an absolute path.", "base");
        }

        var chain = ChainFile.Read(text, baseDirectory ?? Directory.GetCurrentDirectory(), _roots);
        var id = key is null ? Guid.NewGuid() : Digest.ToGuid(tenant, key);
        var link = _payers.Link(id, tenant);
        return await _desk.Submit(JobKinds.Chain, id, link, chain.Name, new RunChain { ChainId = id, Job = link, Chain = chain }, ct);
    }
}
