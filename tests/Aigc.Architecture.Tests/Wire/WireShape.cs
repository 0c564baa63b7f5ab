using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Aigc.Contracts;

namespace Aigc.Architecture.Tests.Wire;

/// <summary>The shape of every contract as lines of text: one line a property, so that a diff reads like a change of the wire.</summary>
internal static class WireShape
{
    public static string Describe(Assembly contracts)
    {
        var text = new StringBuilder();
        foreach (var type in contracts.GetExportedTypes().Where(IsOnTheWire).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.FullName);
            if (type.GetCustomAttribute<QueueAttribute>() is { } queue)
            {
                text.Append(" -> ").Append(queue.Name);
            }

            text.Append('\n');
            foreach (var line in type.IsEnum ? Values(type) : Properties(type))
            {
                text.Append("  ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static bool IsOnTheWire(Type type) => !type.IsSubclassOf(typeof(Attribute)) && !(type.IsAbstract && type.IsSealed);

    private static IEnumerable<string> Values(Type type) => Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName);

    private static IEnumerable<string> Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .OrderBy(property => property.Name, StringComparer.Ordinal)
        .Select(property => $"{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}: {Name(property)}{(property.IsDefined(typeof(RequiredMemberAttribute)) ? " required" : "")}");

    private static string Name(PropertyInfo property)
    {
        var nullable = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
        return Name(property.PropertyType) + (nullable && !property.PropertyType.IsValueType ? "?" : "");
    }

    private static string Name(Type type) => Nullable.GetUnderlyingType(type) is { } value
        ? $"{Name(value)}?"
        : type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
}
