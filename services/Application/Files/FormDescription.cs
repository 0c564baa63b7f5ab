using Microsoft.AspNetCore.Builder;
using Microsoft.OpenApi;

namespace Aigc.Application.Files;

/// <summary>Describes forms that are read as they come, which the framework knows nothing of.</summary>
internal static class FormDescription
{
    /// <summary>Says which fields the form has; the first one is the file.</summary>
    public static RouteHandlerBuilder DescribesForm(this RouteHandlerBuilder route, string file, params string[] fields) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var properties = new Dictionary<string, IOpenApiSchema> { [file] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
            foreach (var field in fields)
            {
                properties[field] = new OpenApiSchema { Type = JsonSchemaType.String };
            }

            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["multipart/form-data"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = properties, Required = new HashSet<string> { file } } },
                },
            };
            return Task.CompletedTask;
        });
}
