using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace Aigc.Application.Studio.Layout;

/// <summary>A page that the main navigation leads to. Whoever adds a page says so on the page itself.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class StudioPageAttribute(string name, int order) : Attribute
{
    /// <summary>What the link says.</summary>
    public string Name => name;

    /// <summary>Links stand in this order, which is the chain's.</summary>
    public int Order => order;

    /// <summary>Every link: name and address.</summary>
    public static IReadOnlyList<(string Name, string Address)> All { get; } =
    [
        .. typeof(StudioPageAttribute).Assembly.GetTypes()
            .Select(type => (Page: type.GetCustomAttribute<StudioPageAttribute>(), Route: type.GetCustomAttributes<RouteAttribute>().FirstOrDefault()))
            .Where(found => found is { Page: not null, Route: not null })
            .OrderBy(found => found.Page!.Order)
            .Select(found => (found.Page!.Name, found.Route!.Template)),
    ];
}
