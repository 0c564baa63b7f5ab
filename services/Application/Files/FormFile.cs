using System.Text;
using Aigc.ServiceDefaults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Aigc.Application.Files;

/// <summary>
/// A form with one file, read as it comes: nothing of the file is kept in memory or on disk on the way. Fields may stand before the
/// file and after it.
/// </summary>
internal sealed class FormFile
{
    private const int MaxFieldBytes = 4096;
    private const int MaxFields = 32;
    private const int MaxBoundary = 200;

    private readonly MultipartReader _reader;
    private readonly Dictionary<string, string> _fields = [];
    private readonly string _name;

    private FormFile(MultipartReader reader, string name) => (_reader, _name) = (reader, name);

    /// <summary>Fields read so far.</summary>
    public IReadOnlyDictionary<string, string> Fields => _fields;

    /// <summary>Name of the file; null where it has none.</summary>
    public string? FileName { get; private set; }

    /// <summary>The file's bytes.</summary>
    public Stream Bytes { get; private set; } = Stream.Null;

    /// <summary>Reads the form up to the file in the field <paramref name="name"/>.</summary>
    /// <exception cref="ProblemException">It is no form, or has no such file.</exception>
    public static async Task<FormFile> Open(HttpRequest request, string name, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= MaxBoundary } boundary)
        {
            throw new ProblemException("invalid_content_type", $"Send multipart/form-data with the bytes in the field {name}.", name);
        }

        var form = new FormFile(new MultipartReader(boundary, request.Body), name);
        await form.ReadOn(ct);
        return form.Bytes != Stream.Null ? form : throw new ProblemException("missing_required_parameter", $"The form has no file in the field {name}.", name);
    }

    /// <summary>Reads the fields that follow the file, whose bytes have been read.</summary>
    public Task Finish(CancellationToken ct) => ReadOn(ct);

    private async Task ReadOn(CancellationToken ct)
    {
        while (await Next(ct) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var told) || HeaderUtilities.RemoveQuotes(told.Name).Value is not { Length: > 0 } field)
            {
                throw new ProblemException("invalid_form", "Every part of the form needs a name.");
            }

            if (field == _name)
            {
                if (Bytes != Stream.Null)
                {
                    throw new ProblemException("invalid_form", $"The form has more than one {_name}.", _name);
                }

                FileName = Named(told.FileNameStar) ?? Named(told.FileName);
                Bytes = section.Body;
                return;
            }

            if (_fields.Count >= MaxFields)
            {
                throw new ProblemException("invalid_form", $"The form has more than {MaxFields} fields.");
            }

            _fields[field] = await Text(section, field, ct);
        }
    }

    private async Task<MultipartSection?> Next(CancellationToken ct)
    {
        try
        {
            return await _reader.ReadNextSectionAsync(ct);
        }
        catch (Exception broken) when (broken is InvalidDataException || (broken is IOException and not BadHttpRequestException))
        {
            throw new ProblemException("invalid_form", $"The form cannot be read: {broken.Message}", null, broken);
        }
    }

    private static string? Named(Microsoft.Extensions.Primitives.StringSegment value) => HeaderUtilities.RemoveQuotes(value).Value is { Length: > 0 } name ? name : null;

    private static async Task<string> Text(MultipartSection section, string field, CancellationToken ct)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await section.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return length <= MaxFieldBytes
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw new ProblemException("invalid_form", $"The field {field} is longer than {MaxFieldBytes} bytes.", field);
    }
}
