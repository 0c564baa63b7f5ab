using System.Collections;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage;

namespace Aigc.Architecture.Tests.Deployment;

/// <summary>Knows whether a setting's name, as an environment variable spells it, is one the code reads.</summary>
internal static class Settings
{
    private static readonly Dictionary<string, Type> Sections = new()
    {
        [""] = typeof(StorageOptions),
        ["Bus"] = typeof(BusOptions),
        ["Work"] = typeof(WorkOptions),
        ["Gateway"] = typeof(Gateway.GatewayOptions),
        ["Inference"] = typeof(Inference.InferenceOptions),
    };

    public static bool Exists(string variable)
    {
        var parts = variable.Split("__");
        if (parts is not ["Aigc", .. var path] || path.Length == 0)
        {
            return false;
        }

        return Sections.TryGetValue(path[0], out var section) ? Leads(section, path[1..]) : Leads(Sections[""], path);
    }

    private static bool Leads(Type type, string[] path)
    {
        if (path.Length == 0)
        {
            return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Uri) || type == typeof(TimeSpan);
        }

        if (type.IsGenericType && type.IsAssignableTo(typeof(IDictionary)))
        {
            return Leads(type.GetGenericArguments()[1], path[1..]);
        }

        if (type.IsAssignableTo(typeof(IEnumerable)) && type.IsGenericType)
        {
            return int.TryParse(path[0], out _) && Leads(type.GetGenericArguments()[0], path[1..]);
        }

        return type.GetProperty(path[0]) is { } property && Leads(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, path[1..]);
    }
}
