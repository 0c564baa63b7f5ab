namespace Aigc.Models.Templates;

/// <summary>Evaluated arguments of a call.</summary>
internal sealed record Arguments(Budget Budget, IReadOnlyList<object?> Items, IReadOnlyDictionary<string, object?> Named)
{
    static readonly Dictionary<string, object?> NoNames = [];

    /// <summary>Stands for an argument that was not given.</summary>
    public static object Missing { get; } = new();

    public static Arguments Of(Budget budget, params IReadOnlyList<object?> items) => new(budget, items, NoNames);

    /// <summary>The arguments after the first, for the filter or test it names.</summary>
    public Arguments Rest() => this with { Items = [.. Items.Skip(1)] };

    /// <summary>The arguments in the order of their parameters, <see cref="Missing"/> where one was not given.</summary>
    /// <exception cref="TemplateException">There are more, or one that has no parameter.</exception>
    public object?[] Bind(string function, params ReadOnlySpan<string> parameters)
    {
        if (Items.Count > parameters.Length)
            throw Budget.Fail(FormattableString.Invariant($"{function} takes at most {parameters.Length} arguments"));
        var bound = new object?[parameters.Length];
        Array.Fill(bound, Missing);
        for (var i = 0; i < Items.Count; i++)
            bound[i] = Items[i];
        foreach (var (name, value) in Named)
        {
            var at = parameters.IndexOf(name);
            bound[at >= 0 ? at : throw Budget.Fail($"{function} has no argument {name}")] = value;
        }
        return bound;
    }

    /// <summary>The single optional argument.</summary>
    public object? One(string function, string parameter, object? otherwise = null) => Or(Bind(function, parameter)[0], otherwise);

    /// <summary>A value, or another one where it was not given.</summary>
    public static object? Or(object? value, object? otherwise) => ReferenceEquals(value, Missing) ? otherwise : value;

    /// <summary>An integer.</summary>
    public long Integer(object? value, string what, long? otherwise = null) => value switch
    {
        long n => n,
        bool b => b ? 1 : 0,
        _ when ReferenceEquals(value, Missing) && otherwise is { } number => number,
        _ => throw Budget.Fail($"{what} must be an integer, not {Kinds.Name(value)}"),
    };

    /// <summary>A text.</summary>
    public JinjaText Text(object? value, string what) =>
        value as JinjaText ?? throw Budget.Fail($"{what} must be a text, not {(ReferenceEquals(value, Missing) ? "missing" : Kinds.Name(value))}");
}
