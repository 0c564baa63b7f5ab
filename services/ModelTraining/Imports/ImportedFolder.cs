using Aigc.Models.Folders;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Imports;

/// <summary>Opens what was brought as those who will serve it do.</summary>
internal static class ImportedFolder
{
    /// <summary>Checks configurations, graph and tokenizer. Gives the largest number of tokens it takes.</summary>
    /// <exception cref="ProblemException"><c>model_folder_invalid</c>: names the file and the reason.</exception>
    public static int ContextLength(string directory, string? variant)
    {
        try
        {
            if (EncoderFolder.Looks(directory))
            {
                var encoder = EncoderFolder.Open(directory);
                encoder.Graph(variant, gpu: false);
                encoder.Text();
                return encoder.MaxLength;
            }

            var decoder = DecoderFolder.Open(directory);
            decoder.Graph(variant, gpu: false);
            decoder.Text();
            return decoder.ContextLength;
        }
        catch (ModelFolderException unusable)
        {
            throw new ProblemException("model_folder_invalid", unusable.Message, "source", unusable);
        }
    }
}
