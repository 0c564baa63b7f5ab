using System.Text;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Imports;

/// <summary>Paths that strangers give.</summary>
internal static class FilePaths
{
    const int Longest = 512;

    /// <summary>Gives the path back when it can only lead into the folder it is put in.</summary>
    /// <exception cref="ProblemException"><c>path_not_allowed</c>.</exception>
    public static string Check(string path) => IsBelow(path)
        ? path
        : throw new ProblemException("path_not_allowed", $"The source offers a file named '{Shown(path)}', which is no path within a folder; nothing of it is taken.", "source");

    /// <summary>Whether a path can only lead into the folder it is put in.</summary>
    public static bool IsBelow(string path) =>
        path.Length is > 0 and <= Longest && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl) && !path.Split('/').Any(part => part is "" or "." or "..");

    /// <summary>A path or a revision as a part of an address: every segment escaped, slashes kept.</summary>
    public static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    static string Shown(string path)
    {
        var shown = new StringBuilder();
        foreach (var letter in path.AsSpan(0, Math.Min(path.Length, 80)))
            shown.Append(char.IsControl(letter) ? '?' : letter);
        return shown.ToString();
    }
}
