using System.Linq.Expressions;
using System.Text.Json;

namespace Aigc.Storage.Documents;

/// <summary>How a condition compares.</summary>
public enum Comparison
{
    /// <summary>Equal; null matches an absent value.</summary>
    Equal,

    /// <summary>Less than or equal; absent values never match.</summary>
    AtMost,

    /// <summary>Greater than or equal; absent values never match.</summary>
    AtLeast,
}

/// <summary>One condition on a stored property. Values are JSON scalars, so that both databases compare alike.</summary>
public sealed record Condition(string Field, Comparison Comparison, object? Value);

/// <summary>Conditions (all must hold), order and page of a query. Properties are named by expression and should be indexed ones.</summary>
public sealed class DocumentQuery<T>
    where T : class, IDocument
{
    private readonly List<Condition> _conditions = [];

    /// <summary>What must hold.</summary>
    public IReadOnlyList<Condition> Conditions => _conditions;

    /// <summary>Property to order by; null for the id.</summary>
    public string? Order { get; private set; }

    /// <summary>Whether the order is descending.</summary>
    public bool Descending { get; private set; }

    /// <summary>Documents to pass over.</summary>
    public int Skipped { get; private set; }

    /// <summary>Most documents to return; null for all.</summary>
    public int? Limit { get; private set; }

    /// <summary>The property equals the value.</summary>
    public DocumentQuery<T> Where<TValue>(Expression<Func<T, TValue>> property, TValue value) => Add(property, Comparison.Equal, value);

    /// <summary>The property is present and at most the value.</summary>
    public DocumentQuery<T> AtMost<TValue>(Expression<Func<T, TValue>> property, TValue value) => Add(property, Comparison.AtMost, value);

    /// <summary>The property is present and at least the value.</summary>
    public DocumentQuery<T> AtLeast<TValue>(Expression<Func<T, TValue>> property, TValue value) => Add(property, Comparison.AtLeast, value);

    /// <summary>Orders by a property.</summary>
    public DocumentQuery<T> OrderBy<TValue>(Expression<Func<T, TValue>> property, bool descending = false)
    {
        Order = DocumentFields.NameOf(property);
        Descending = descending;
        return this;
    }

    /// <summary>Passes over the first documents.</summary>
    public DocumentQuery<T> Skip(int count)
    {
        Skipped = count;
        return this;
    }

    /// <summary>Returns at most so many.</summary>
    public DocumentQuery<T> Take(int count)
    {
        Limit = count;
        return this;
    }

    private DocumentQuery<T> Add<TValue>(Expression<Func<T, TValue>> property, Comparison comparison, TValue value)
    {
        _conditions.Add(new Condition(DocumentFields.NameOf(property), comparison, DocumentJson.Scalar(value)));
        return this;
    }
}

/// <summary>Names of properties as they are stored.</summary>
internal static class DocumentFields
{
    public static string NameOf<T, TValue>(Expression<Func<T, TValue>> property)
    {
        var body = property.Body is UnaryExpression { NodeType: ExpressionType.Convert } cast ? cast.Operand : property.Body;
        return body is MemberExpression { Expression: ParameterExpression } member
            ? JsonNamingPolicy.CamelCase.ConvertName(member.Member.Name)
            : throw new ArgumentException($"'{property}' must name a property of {typeof(T).Name}.", nameof(property));
    }
}
