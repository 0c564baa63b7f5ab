namespace Aigc.Inference.Engine.Constraints;

/// <summary>How large a schema and what is made of it may be. Counted in steps and states, never in time: the same schema is always refused or never.</summary>
internal static class ConstraintLimits
{
    public const int SchemaBytes = 256 * 1024;

    /// <summary>Nesting of the schema's own JSON.</summary>
    public const int SchemaDepth = 64;

    /// <summary>Places of a schema that are looked at, after references have been followed.</summary>
    public const int Nodes = 20_000;

    /// <summary>Values of one enum.</summary>
    public const int EnumValues = 5_000;

    /// <summary>Alternatives of one place once anyOf, oneOf and allOf are multiplied out.</summary>
    public const int Alternatives = 256;

    /// <summary>Largest minItems: counted, not unrolled.</summary>
    public const int Items = 300_000;

    /// <summary>States of one pattern, number or set of keys.</summary>
    public const int PartStates = 8_192;

    /// <summary>Largest minLength and maxLength: counted, not unrolled.</summary>
    public const int StringLength = 1_000_000;

    /// <summary>Elementary steps of a compilation.</summary>
    public const long Steps = 30_000_000;

    /// <summary>Open objects, arrays and strings of an answer: below the 64 that System.Text.Json reads.</summary>
    public const int AnswerDepth = 62;

    /// <summary>Digits before and after the decimal point; an integer is held exactly by every reader.</summary>
    public const int Digits = 15;

    /// <summary>Compiled schemas kept for a model.</summary>
    public const int KeptSchemas = 64;

    /// <summary>Bytes of states and masks one schema keeps before it begins anew.</summary>
    public const long MachineBytes = 32L << 20;

    /// <summary>Bytes of states and masks kept for a model: beyond it the schemas used longest ago are forgotten.</summary>
    public const long KeptBytes = 128L << 20;
}
