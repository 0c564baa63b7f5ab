using Aigc.Models.Folders;

namespace Aigc.Inference.Serving;

/// <summary>Turns what is wrong with a folder into the error a request is answered with.</summary>
internal static class FolderErrors
{
    /// <summary>Runs a reader of a folder.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason.</exception>
    public static T Named<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ModelFolderException e)
        {
            throw new ModelNotLoadableException(e.File, e.InnerException?.Message.TrimEnd('.') ?? Reason(e), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelNotLoadableException(".", e.Message.TrimEnd('.'), e);
        }
    }

    // The message is "Model folder: <file>: <reason>."; the file is named by us.
    private static string Reason(ModelFolderException e) =>
        e.Message[(e.Message.IndexOf(e.File + ": ", StringComparison.Ordinal) + e.File.Length + 2)..].TrimEnd('.');
}
