using System.Globalization;
using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>
/// Numbers as texts: bounds are compared digit by digit with the bound's own digits, divisors by the remainder so far. At most 15 digits before and
/// after the point, and an exponent of two digits where nothing is to be compared.
/// </summary>
internal sealed class NumberText
{
    private enum At { Start, Minus, Zero, Whole, Point, Part, E, Sign, Exponent }

    private readonly record struct State(At At, bool Negative, int Count, int Low, int High, int Rest);

    private readonly record struct Bound(string Whole, string Part, bool Exclusive);

    private readonly NumberShape _shape;
    private readonly int _parts;
    private readonly int _divisor = 1;
    private readonly bool _exponents;
    private readonly bool _integer;

    private NumberText(NumberShape shape, JsonTypes types, Location place)
    {
        (_shape, _parts) = (shape, (types & JsonTypes.Fraction) != 0 ? ConstraintLimits.Digits : 0);
        foreach (var (divisor, pointer) in shape.MultipleOf)
        {
            if (divisor == decimal.Truncate(divisor) && divisor <= 1000)
                (_divisor, _parts) = (Lcm(_divisor, (int)divisor, pointer), 0);
            else if (_divisor == 1 && 1 / divisor is var inverse && inverse == decimal.Truncate(inverse) && inverse.ToString(CultureInfo.InvariantCulture).TrimEnd('0') == "1")
                _parts = Math.Min(_parts, inverse.ToString(CultureInfo.InvariantCulture).Length - 1);
            else
                throw new SchemaException(pointer, "multipleOf is a whole number up to 1000 or a power of ten below 1");
        }
        _integer = _parts == 0;
        _exponents = !_integer && shape.IsAny;
        _ = place;
    }

    public static Dfa Build(NumberShape shape, JsonTypes types, Location place, Budget budget)
    {
        var text = new NumberText(shape, types, place);
        return Dfa.Explore(new State(At.Start, false, 0, 0, 0, 0), text.Step, text.Accepts, place, budget);
    }

    private bool Step(State s, byte b, out State t)
    {
        t = s;
        var digit = b is >= (byte)'0' and <= (byte)'9';
        switch (s.At)
        {
            case At.Start when b == '-' && _shape.Min is not >= 0:
                t = s with { At = At.Minus, Negative = true };
                return true;
            case At.Start or At.Minus when digit:
                if (b == '0' && _integer && s.At == At.Minus)
                    return false;
                t = Digit(s, b) with { At = b == '0' ? At.Zero : At.Whole };
                return true;
            case At.Whole when digit && s.Count < ConstraintLimits.Digits:
                t = Digit(s, b);
                return true;
            case At.Zero or At.Whole when b == '.' && !_integer:
                t = s with { At = At.Point, Count = 0, Low = Whole(s, Low(s), s.Low), High = Whole(s, High(s), s.High) };
                return true;
            case At.Point or At.Part when digit && s.Count < _parts:
                t = s with { At = At.Part, Count = s.Count + 1, Low = Part(s, Low(s), s.Low, b), High = Part(s, High(s), s.High, b) };
                return true;
            case At.Zero or At.Whole or At.Part when b is (byte)'e' or (byte)'E' && _exponents:
                t = new(At.E, false, 0, 0, 0, 0);
                return true;
            case At.E when b is (byte)'+' or (byte)'-':
                t = s with { At = At.Sign };
                return true;
            case At.E or At.Sign or At.Exponent when digit && s.Count < 2:
                t = s with { At = At.Exponent, Count = s.Count + 1 };
                return true;
            default:
                return false;
        }
    }

    private State Digit(State s, byte b) => s with
    {
        Count = s.Count + 1,
        Low = Next(s, Low(s), s.Low, b),
        High = Next(s, High(s), s.High, b),
        Rest = ((s.Rest * 10) + (b - '0')) % _divisor,
    };

    private bool Accepts(State s)
    {
        if (s.At is At.Exponent)
            return true;
        if (s.At is not (At.Zero or At.Whole or At.Part) || s.Rest != 0 || (!s.Negative && _shape.Max < 0))
            return false;
        return !(Low(s) is { } low && Final(s, low, s.Low) is var a && (a < 0 || (a == 0 && low.Exclusive)))
            && !(High(s) is { } high && Final(s, high, s.High) is var c && (c > 0 || (c == 0 && high.Exclusive)));
    }

    /// <summary>The least magnitude of the sign's side, where there is one.</summary>
    private Bound? Low(State s) => s.Negative
        ? _shape.Max is <= 0 and var max ? Digits(-max, _shape.MaxExclusive) : null
        : _shape.Min is >= 0 and var min ? Digits(min, _shape.MinExclusive) : null;

    private Bound? High(State s) => s.Negative
        ? _shape.Min is { } min ? Digits(-min, _shape.MinExclusive) : null
        : _shape.Max is >= 0 and var max ? Digits(max, _shape.MaxExclusive) : null;

    private static Bound Digits(decimal magnitude, bool exclusive)
    {
        var parts = magnitude.ToString(CultureInfo.InvariantCulture).Split('.');
        return new(parts[0], parts.Length > 1 ? parts[1].TrimEnd('0') : "", exclusive);
    }

    private static int Next(State s, Bound? bound, int order, byte b) =>
        bound is { } known && order == 0 && s.Count < known.Whole.Length ? Math.Sign(b - known.Whole[s.Count]) : order;

    private static int Whole(State s, Bound? bound, int order) =>
        bound is not { } known ? 0 : s.Count != known.Whole.Length ? Math.Sign(s.Count - known.Whole.Length) : order;

    private static int Part(State s, Bound? bound, int order, byte b) =>
        bound is { } known && order == 0 ? Math.Sign(b - (s.Count < known.Part.Length ? known.Part[s.Count] : '0')) : order;

    private static int Final(State s, Bound bound, int order)
    {
        var (sign, digits) = s.At == At.Part ? (order, s.Count) : (Whole(s, bound, order), 0);
        return sign == 0 && digits < bound.Part.Length ? -1 : sign;
    }

    private static int Lcm(int a, int b, string pointer)
    {
        var (x, y) = (a, b);
        while (y != 0)
            (x, y) = (y, x % y);
        return (long)a / x * b <= 1000 ? a / x * b : throw new SchemaException(pointer, "divisors have a least common multiple above 1000");
    }
}
