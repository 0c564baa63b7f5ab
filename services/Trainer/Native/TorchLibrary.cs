using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Aigc.Trainer.Native;

/// <summary>
/// Lets TorchSharp load where the system's C++ library is older than the one it was linked against (Debian 12). Its native part needs
/// version <c>GLIBCXX_3.4.32</c> for one symbol that no relocation uses, so on a private copy that need is marked as weak.
/// </summary>
internal static class TorchLibrary
{
    const string Library = "libLibTorchSharp.so";
    const string Version = "GLIBCXX_3.4.32";

    /// <summary>To be called before TorchSharp is touched. Does nothing where nothing is wrong.</summary>
    /// <param name="privateDirectory">Folder of this process alone, for the copy.</param>
    /// <returns>True when a copy was needed.</returns>
    public static bool Prepare(string privateDirectory)
    {
        if (!OperatingSystem.IsLinux() || Find() is not { } original || SystemCppLibrary() is not { } system)
            return false;
        if (new ElfVersions(File.ReadAllBytes(system)).Defined().Contains(Version))
            return false;
        var bytes = File.ReadAllBytes(original);
        if (new ElfVersions(bytes).MarkWeak(Version) == 0)
            return false;

        Directory.CreateDirectory(privateDirectory);
        var copy = Path.Combine(privateDirectory, Library);
        File.WriteAllBytes(copy, bytes);
        // The copy lies apart from the libraries it needs; loaded first, they are found by their names.
        foreach (var needed in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
            NativeLibrary.Load(Path.Combine(Path.GetDirectoryName(original)!, needed));
        var handle = NativeLibrary.Load(copy);
        // Comes after the ordinary search, which finds the original and cannot load it.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name == "LibTorchSharp" ? handle : 0;
        return true;
    }

    /// <summary>The library as installed; null where there is none.</summary>
    internal static string? Find()
    {
        var directories = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"));
        return directories.Where(d => d.Length > 0).Select(d => Path.Combine(d, Library)).FirstOrDefault(File.Exists);
    }

    /// <summary>The C++ library of this process: the runtime itself needs it, and where it does not, it is loaded here.</summary>
    internal static string? SystemCppLibrary()
    {
        NativeLibrary.TryLoad("libstdc++.so.6", out _);
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var path = line.IndexOf('/', StringComparison.Ordinal);
            if (path >= 0 && Path.GetFileName(line.AsSpan(path)).StartsWith("libstdc++.so", StringComparison.Ordinal))
                return line[path..];
        }

        return null;
    }
}
