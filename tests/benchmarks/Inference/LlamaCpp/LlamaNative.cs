using System.Runtime.InteropServices;

namespace Aigc.Benchmarks.Inference.LlamaCpp;

/// <summary>The few functions of libllama and ggml that a decode loop needs. <see cref="LlamaLibrary.Load"/> says where they are.</summary>
internal static unsafe partial class LlamaNative
{
    public const string Llama = "llama";
    public const string Ggml = "ggml";
    public const string GgmlBase = "ggml-base";

    [LibraryImport(Ggml, EntryPoint = "ggml_backend_load_all_from_path", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void LoadBackends(string folder);

    [LibraryImport(Ggml, EntryPoint = "ggml_backend_reg_by_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Backend(string name);

    [LibraryImport(GgmlBase, EntryPoint = "ggml_backend_reg_get_proc_address", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint BackendFunction(nint backend, string name);

    [LibraryImport(GgmlBase, EntryPoint = "ggml_threadpool_params_default")]
    public static partial GgmlThreadPoolParams DefaultThreadPool(int threads);

    [LibraryImport(Llama, EntryPoint = "llama_log_set")]
    public static partial void SetLog(delegate* unmanaged[Cdecl]<int, byte*, void*, void> log, void* data);

    [LibraryImport(Llama, EntryPoint = "llama_backend_init")]
    public static partial void Start();

    [LibraryImport(Llama, EntryPoint = "llama_model_default_params")]
    public static partial LlamaModelParams DefaultModel();

    [LibraryImport(Llama, EntryPoint = "llama_context_default_params")]
    public static partial LlamaContextParams DefaultContext();

    [LibraryImport(Llama, EntryPoint = "llama_model_load_from_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint LoadModel(string path, LlamaModelParams settings);

    [LibraryImport(Llama, EntryPoint = "llama_model_free")]
    public static partial void FreeModel(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_init_from_model")]
    public static partial nint NewContext(nint model, LlamaContextParams settings);

    [LibraryImport(Llama, EntryPoint = "llama_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_attach_threadpool")]
    public static partial void AttachThreads(nint context, nint pool, nint poolForBatches);

    [LibraryImport(Llama, EntryPoint = "llama_get_memory")]
    public static partial nint Memory(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_memory_seq_rm")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool Forget(nint memory, int sequence, int from, int to);

    [LibraryImport(Llama, EntryPoint = "llama_decode")]
    public static partial int Decode(nint context, LlamaBatch batch);

    [LibraryImport(Llama, EntryPoint = "llama_get_logits_ith")]
    public static partial float* Logits(nint context, int row);
}
