using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using Aigc.Application.Tests.Batches;
using OpenAI;
using OpenAI.Batch;
using OpenAI.Files;

#pragma warning disable OPENAI001 // Parts of the client are marked as experimental by their makers.

namespace Aigc.Application.Tests.Clients;

/// <summary>OpenAI's own .NET client, unmodified, against the service.</summary>
public sealed class The_official_client : BatchTest
{
    [Fact]
    public async Task Uploads_lists_downloads_and_deletes_files()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var files = new OpenAIFileClient(Key, Options<OpenAIClientOptions>(host));

        OpenAIFile file = await files.UploadFileAsync(BinaryData.FromString(Requests(3)), "requests.jsonl", FileUploadPurpose.Batch);
        OpenAIFile found = await files.GetFileAsync(file.Id, Ct);
        var listed = (await files.GetFilesAsync(global::OpenAI.Files.FilePurpose.Batch, Ct)).Value;
        BinaryData bytes = await files.DownloadFileAsync(file.Id, Ct);
        FileDeletionResult deleted = await files.DeleteFileAsync(file.Id, Ct);

        Assert.Equal(("requests.jsonl", global::OpenAI.Files.FilePurpose.Batch, (long)Encoding.UTF8.GetByteCount(Requests(3))), (found.Filename, found.Purpose, found.SizeInBytesLong!.Value));
        Assert.Equal([file.Id], listed.Select(f => f.Id));
        Assert.Equal(Requests(3), bytes.ToString());
        Assert.True(deleted.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => files.GetFileAsync(file.Id, Ct))).Status);
    }

    [Fact]
    public async Task Sends_a_file_in_parts()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var files = new OpenAIFileClient(Key, Options<OpenAIClientOptions>(host));

        var upload = Id(Read(await files.CreateUploadAsync(Body(new { purpose = "user_data", filename = "two.txt", bytes = 8, mime_type = "text/plain" }))));
        var parts = new List<string>();
        foreach (var text in new[] { "one ", "part" })
        {
            using var form = new MultipartFormDataContent("boundary") { { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "data", "blob" } };
            parts.Add(Id(Read(await files.AddUploadPartAsync(upload, BinaryContent.Create(await form.ReadAsStreamAsync(Ct)), "multipart/form-data; boundary=boundary"))));
        }

        var completed = Read(await files.CompleteUploadAsync(upload, Body(new { part_ids = parts })));
        BinaryData bytes = await files.DownloadFileAsync(Id(completed.GetProperty("file")), Ct);

        Assert.Equal("one part", bytes.ToString());
    }

    [Fact]
    public async Task Runs_a_batch_and_waits_for_its_end()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var files = new OpenAIFileClient(Key, Options<OpenAIClientOptions>(host));
        var batches = new BatchClient(Key, Options<BatchClientOptions>(host));
        OpenAIFile input = await files.UploadFileAsync(BinaryData.FromString(Requests(5)), "requests.jsonl", FileUploadPurpose.Batch);

        var operation = await batches.CreateBatchAsync(Body(new { input_file_id = input.Id, endpoint = Chat, completion_window = "24h" }), waitUntilCompleted: false);
        var done = await Reaches(host.Client, operation.BatchId, "completed");
        await operation.UpdateStatusAsync();
        var listed = new List<string>();
        await foreach (var page in batches.GetBatchesAsync(new BatchCollectionOptions()).GetRawPagesAsync())
        {
            listed.AddRange(Read(page).GetProperty("data").EnumerateArray().Select(Id));
        }

        Assert.True(operation.HasCompleted);
        Assert.Equal([operation.BatchId], listed);
        BinaryData output = await files.DownloadFileAsync(done.GetProperty("output_file_id").GetString(), Ct);
        Assert.Equal(5, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var late = await Assert.ThrowsAsync<ClientResultException>(() => operation.CancelAsync(null));
        Assert.Equal(409, late.Status);
    }

    private static ApiKeyCredential Key { get; } = new("sk-any");

    private static T Options<T>(ApplicationHost host)
        where T : ClientPipelineOptions, new()
    {
        var options = new T { Transport = new HttpClientPipelineTransport(host.Client), RetryPolicy = new ClientRetryPolicy(0) };
        var endpoint = new Uri(host.Client.BaseAddress!, "/v1");
        switch (options)
        {
            case BatchClientOptions batch:
                batch.Endpoint = endpoint;
                break;
            case OpenAIClientOptions client:
                client.Endpoint = endpoint;
                break;
        }

        return options;
    }

    private static BinaryContent Body(object body) => BinaryContent.Create(BinaryData.FromObjectAsJson(body));

    private static JsonElement Read(ClientResult result) => JsonSerializer.Deserialize<JsonElement>(result.GetRawResponse().Content);
}
