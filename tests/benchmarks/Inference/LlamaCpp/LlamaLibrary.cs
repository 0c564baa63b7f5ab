using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aigc.Benchmarks.Inference.LlamaCpp;

/// <summary>Where llama.cpp comes from: the folder <c>AIGC_LLAMA_CPP</c> names, or the npm package that carries it, unpacked beside the build's outputs.</summary>
internal static class LlamaLibrary
{
    private const string Package = "@node-llama-cpp/linux-x64";
    private const string Version = "3.22.1";
    private static string _folder = "";

    /// <summary>The folder with the libraries, or why there is none.</summary>
    public static (string? Folder, string Reason) Find(string scratch)
    {
        if (Environment.GetEnvironmentVariable("AIGC_LLAMA_CPP") is { Length: > 0 } named)
            return File.Exists(LibraryIn(named)) ? (named, "") : (null, $"AIGC_LLAMA_CPP names {named}, where no libllama lies");
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return (null, "llama.cpp is fetched for Linux on x64 only; AIGC_LLAMA_CPP may name a folder with it");
        var folder = Path.Combine(scratch, "llama.cpp-" + Version);
        var libraries = Path.Combine(folder, "package", "bins", "linux-x64");
        if (!File.Exists(LibraryIn(libraries)))
        {
            Directory.CreateDirectory(folder);
            if (Run("npm", folder, "pack", $"{Package}@{Version}", "--silent") is { } problem)
                return (null, "npm pack: " + problem);
            var archive = Directory.GetFiles(folder, "*.tgz");
            if (archive.Length != 1)
                return (null, "npm pack left no archive");
            if (Run("tar", folder, "-xzf", archive[0]) is { } broken)
                return (null, "tar: " + broken);
        }

        return File.Exists(LibraryIn(libraries)) ? (libraries, "") : (null, "the package holds no libllama");
    }

    /// <summary>Loads the libraries and the processor backend that fits this machine.</summary>
    /// <exception cref="InvalidOperationException">They have another layout than this program knows.</exception>
    public static unsafe void Load(string folder)
    {
        _folder = folder;
        NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, (name, _, _) => name switch
        {
            LlamaNative.Llama => NativeLibrary.Load(LibraryIn(_folder)),
            LlamaNative.Ggml => NativeLibrary.Load(Single(_folder, "libggml.v*.so", "libggml.so")),
            LlamaNative.GgmlBase => NativeLibrary.Load(Single(_folder, "libggml-base.so", "libggml-base.so")),
            _ => 0,
        });
        LlamaNative.SetLog(&Quiet, null);
        var (model, context, threads) = (LlamaNative.DefaultModel(), LlamaNative.DefaultContext(), LlamaNative.DefaultThreadPool(2));
        if (context is not { Context: 512, Batch: 2048, MicroBatch: 512, Sequences: 1, FlashAttention: -1, TypeK: 1, TypeV: 1, YarnSlow: -1, NoPerf: 1, UnifiedCache: 0, Other: 0 }
            || model is not { UseExtraBuffers: 1, VocabularyOnly: 0, Devices: 0, KeyOverrides: 0 } || threads is not { Threads: 2, Poll: 50 })
            throw new InvalidOperationException($"This libllama has other structures than that of {Package}@{Version}.");
        LlamaNative.LoadBackends(folder);
        LlamaNative.Start();
    }

    /// <summary>A pool of threads that wait as llama.cpp's own programs let them: polling for a while, then asleep.</summary>
    public static unsafe nint NewThreads(int count)
    {
        var create = (delegate* unmanaged[Cdecl]<GgmlThreadPoolParams*, nint>)LlamaNative.BackendFunction(LlamaNative.Backend("CPU"), "ggml_threadpool_new");
        var settings = LlamaNative.DefaultThreadPool(count);
        return create(&settings);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Quiet(int level, byte* text, void* data)
    {
    }

    private static string LibraryIn(string folder) => Single(folder, "libllama.v*.so", "libllama.so");

    private static string Single(string folder, string pattern, string otherwise) =>
        Directory.Exists(folder) && Directory.GetFiles(folder, pattern) is [var found, ..] ? found : Path.Combine(folder, otherwise);

    private static string? Run(string program, string folder, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            _ = process.StandardOutput.ReadToEndAsync();
            var problem = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : problem.Trim() is { Length: > 0 } said ? said.ReplaceLineEndings(" ") : $"it ended with {process.ExitCode}";
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }
}
