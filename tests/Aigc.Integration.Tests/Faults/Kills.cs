using System.Globalization;

namespace Aigc.Integration.Tests.Faults;

/// <summary>How hard the fault tests kill. The seed is part of a failure's message, so that it can be had again.</summary>
internal static class Kills
{
    /// <summary><c>AIGC_TEST_KILLS</c>; ten where it is not set.</summary>
    public static int Count { get; } = Number("AIGC_TEST_KILLS", 10);

    /// <summary><c>AIGC_TEST_SEED</c>; another one in every run where it is not set.</summary>
    public static int Seed { get; } = Number("AIGC_TEST_SEED", Random.Shared.Next());

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var set) ? set : otherwise;
}
