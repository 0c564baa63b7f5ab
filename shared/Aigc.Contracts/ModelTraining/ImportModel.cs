using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.ModelTraining;

/// <summary>Command: bring a model that exists elsewhere and register it. Consumed by the model-import saga and by nothing else.</summary>
[Queue("model-training.imports")]
public sealed record ImportModel
{
    /// <summary>Identity of the import; sending it again re-announces the outcome.</summary>
    public required Guid ImportId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Name to register it under, kebab case.</summary>
    public required string Name { get; init; }

    /// <summary><c>large</c>, <c>small</c> or <c>micro</c>: a fact on the registered model.</summary>
    public string Tier { get; init; } = "large";

    /// <summary>Where it is.</summary>
    public required ModelSource Source { get; init; }
}

/// <summary>Where a model is: exactly one of hub, directory and URL.</summary>
public sealed record ModelSource
{
    /// <summary>A repository of the hub this installation uses.</summary>
    public HubModel? Hub { get; init; }

    /// <summary>Absolute path of a folder that the installation may read.</summary>
    public string? Directory { get; init; }

    /// <summary>Files on a web server.</summary>
    public WebModel? Url { get; init; }

    /// <summary>Which of a hub's or a directory's graphs: <c>q4</c>, <c>fp16</c>, …; null for the one its configuration names, else the one a processor serves best.</summary>
    public string? Variant { get; init; }
}

/// <summary>A model on a hub.</summary>
public sealed record HubModel
{
    /// <summary><c>owner/model</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Branch, tag or commit. A branch is resolved once, when the import begins.</summary>
    public string Revision { get; init; } = "main";

    /// <summary>Folder of the repository that is the model, with slashes, where it holds several; null for the whole repository.</summary>
    public string? Subfolder { get; init; }
}

/// <summary>A model as files below one address.</summary>
public sealed record WebModel
{
    /// <summary>What the paths are relative to; http or https.</summary>
    public required Uri Base { get; init; }

    /// <summary>The files.</summary>
    public required IReadOnlyList<WebModelFile> Files { get; init; }
}

/// <summary>One file of a model on a web server.</summary>
public sealed record WebModelFile
{
    /// <summary>Its place below the address and in the model's folder, with slashes.</summary>
    public required string Path { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of its bytes, checked where it is given.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>Event: a model was brought here and is registered.</summary>
public sealed record ModelImported
{
    /// <summary>The import.</summary>
    public required Guid ImportId { get; init; }

    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>What it is a copy of: <c>owner/model@commit</c>, a folder or an address.</summary>
    public required string Origin { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: an import ended without a model.</summary>
public sealed record ModelImportFailed
{
    /// <summary>The import.</summary>
    public required Guid ImportId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}

/// <summary>Command: bring a model's files, check that they are a model, and store them. Long work: acknowledged into a leased record.</summary>
[Queue("model-training.fetch")]
public sealed record FetchModel
{
    /// <summary>The import.</summary>
    public required Guid ImportId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Name to register it under.</summary>
    public required string Name { get; init; }

    /// <summary><c>large</c>, <c>small</c> or <c>micro</c>.</summary>
    public required string Tier { get; init; }

    /// <summary>Where it is.</summary>
    public required ModelSource Source { get; init; }
}

/// <summary>Event: the model's folder is here and stored; it is not registered yet.</summary>
public sealed record ModelFetched
{
    /// <summary>The import.</summary>
    public required Guid ImportId { get; init; }

    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>What it is a copy of.</summary>
    public required string Origin { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: fetching cannot succeed.</summary>
public sealed record FetchFailed
{
    /// <summary>The import.</summary>
    public required Guid ImportId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}
