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
    private readonly JobArchive _archive;

    internal ChainStarts(JobDesk desk, FileRoots roots, Payers payers, JobArchive archive) => (_desk, _roots, _payers, _archive) = (desk, roots, payers, archive);

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

    /// <summary>Goes on with a run that did not end well, as a new run of the same document. Asked twice, it is one run.</summary>
    /// <exception cref="ProblemException"><c>conflict</c>: there is nothing to go on with.</exception>
    internal async Task<JobDocument> Resume(JobDocument earlier, CancellationToken ct)
    {
        if (!earlier.Ended || earlier.Status == JobStatus.Succeeded)
        {
            throw new ProblemException("conflict", $"The chain is {earlier.Status.ToString().ToLowerInvariant()}; one that failed or was cancelled can be resumed.", "id");
        }

        if (earlier.Request?.Read() is not RunChain run)
        {
            throw new ProblemException("conflict", "This chain came by the bus and its document is not kept here; send it there again.", "id");
        }

        var id = Digest.ToGuid(earlier.Tenant, "resume", earlier.Id);
        if (await _archive.Find(earlier.Tenant, id.ToString(), ct) is { } resumed)
        {
            return resumed;
        }

        var link = _payers.Link(id, earlier.Tenant);
        return await _desk.Submit(JobKinds.Chain, id, link, run.Chain.Name, run with { ChainId = id, Job = link, Resumes = Guid.Parse(earlier.Id) }, ct);
    }
}
