#pragma warning disable OPENAI001 // The client calls uploads, batches and fine-tuning experimental.

using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI.Batch;
using OpenAI.Files;
using OpenAI.FineTuning;

namespace Aigc.Application.Tests.Conformance;

/// <summary>Files and what is made of them: batches and models.</summary>
internal static class FileChecks
{
    private const string Line = """{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"small-one","messages":[{"role":"user","content":"ping"}]}}""";

    public static IReadOnlyList<Check> All { get; } = [.. Files, .. Batches, .. Tuning];

    private static IEnumerable<Check> Files =>
    [
        new("files", "sent, listed, read, deleted", async c =>
        {
            var files = c.OpenAI.GetOpenAIFileClient();
            var id = await Sent(c, Line, FileUploadPurpose.Batch);
            Assert.Equal("lines.jsonl", (await files.GetFileAsync(id)).Value.Filename);
            Assert.Contains(id, (await files.GetFilesAsync(FilePurpose.Batch)).Value.Select(file => file.Id));
            Assert.Equal(Line, (await files.DownloadFileAsync(id)).Value.ToString());
            Assert.True((await files.DeleteFileAsync(id)).Value.Deleted);
            Assert.Equal(404, (await Clients.Refused(() => files.GetFileAsync(id))).Status);
        }),
        new("files", "a file that is not what its purpose says is 400", async c =>
            Assert.Equal(400, (await Clients.Refused(() => Sent(c, "not json", FileUploadPurpose.Batch))).Status)),
        new("uploads", "in parts", async c =>
        {
            var files = c.OpenAI.GetOpenAIFileClient();
            var upload = Text(await files.CreateUploadAsync(Body(new { purpose = "user_data", filename = "two.txt", bytes = 8, mime_type = "text/plain" })), "id");
            var parts = new List<string>();
            foreach (var text in new[] { "one ", "part" })
            {
                using var form = new MultipartFormDataContent("boundary") { { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "data", "blob" } };
                parts.Add(Text(await files.AddUploadPartAsync(upload, BinaryContent.Create(await form.ReadAsStreamAsync()), "multipart/form-data; boundary=boundary"), "id"));
            }

            var file = Json(await files.CompleteUploadAsync(upload, Body(new { part_ids = parts }))).GetProperty("file").GetProperty("id").GetString();
            Assert.Equal("one part", (await files.DownloadFileAsync(file)).Value.ToString());
        }),
        new("uploads", "cancelled", async c =>
        {
            var files = c.OpenAI.GetOpenAIFileClient();
            var upload = Text(await files.CreateUploadAsync(Body(new { purpose = "user_data", filename = "two.txt", bytes = 8, mime_type = "text/plain" })), "id");
            Assert.Equal("cancelled", Text(await files.CancelUploadAsync(upload), "status"));
        }),
    ];

    private static IEnumerable<Check> Batches =>
    [
        new("batches", "run to the end, output read", async c =>
        {
            var batch = await Begun(c);
            var done = await Until(async () => { await batch.UpdateStatusAsync(); return Json(batch.GetRawResponse().Content); }, "completed");
            var output = (await c.OpenAI.GetOpenAIFileClient().DownloadFileAsync(done.GetProperty("output_file_id").GetString())).Value.ToString();
            Assert.Equal("pong pong", JsonDocument.Parse(output).RootElement.GetProperty("response").GetProperty("body").GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        }),
        new("batches", "listed and cancelled", async c =>
        {
            var batch = await Begun(c, Line.Replace("ping", ConformanceHost.Endless, StringComparison.Ordinal));
            var listed = new List<string>();
            await foreach (var page in c.OpenAI.GetBatchClient().GetBatchesAsync(new BatchCollectionOptions()).GetRawPagesAsync())
            {
                listed.AddRange(Json(page).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("id").GetString()!));
            }

            Assert.Contains(batch.BatchId, listed);
            Assert.Contains(Text(await batch.CancelAsync(options: null), "status"), (string[])["cancelling", "cancelled"]);
        }),
        new("batches", "a file nobody sent is 400 and named", async c => Assert.Contains(
            "input_file_id",
            (await Clients.Refused(() => c.OpenAI.GetBatchClient().CreateBatchAsync(Body(new { input_file_id = "file-none", endpoint = "/v1/chat/completions", completion_window = "24h" }), waitUntilCompleted: false)))
                .GetRawResponse()!.Content.ToString(),
            StringComparison.Ordinal)),
    ];

    private static IEnumerable<Check> Tuning =>
    [
        new("fine_tuning/jobs", "created, found, listed, events, cancelled", async c =>
        {
            var client = c.OpenAI.GetFineTuningClient();
            var job = await Tuned(c);
            Assert.Equal(job.JobId, (await client.GetJobAsync(job.JobId)).JobId);
            var listed = new List<string>();
            await foreach (var one in client.GetJobsAsync())
            {
                listed.Add(one.JobId);
            }

            Assert.Contains(job.JobId, listed);
            var events = 0;
            await foreach (var _ in job.GetEventsAsync(new GetEventsOptions()))
            {
                events++;
            }

            Assert.True(events > 0);
            await job.CancelAndUpdateAsync();
        }),
        new("fine_tuning/jobs", "a model that cannot be tuned is 400", async c =>
        {
            var file = await Sent(c, Examples, FileUploadPurpose.FineTune);
            Assert.Equal(400, (await Clients.Refused(() => c.OpenAI.GetFineTuningClient().FineTuneAsync("small-one", file, waitUntilCompleted: false))).Status);
        }),
    ];

    private static string Examples { get; } = string.Join('\n', Enumerable.Range(0, 20).Select(number =>
        $$"""{"messages":[{"role":"user","content":"Hello {{number}}"},{"role":"assistant","content":"Good day {{number}}"}]}"""));

    private static async Task<string> Sent(Clients clients, string text, FileUploadPurpose purpose) =>
        (await clients.OpenAI.GetOpenAIFileClient().UploadFileAsync(BinaryData.FromString(text), "lines.jsonl", purpose)).Value.Id;

    private static async Task<CreateBatchOperation> Begun(Clients clients, string lines = Line)
    {
        var file = await Sent(clients, lines, FileUploadPurpose.Batch);
        return await clients.OpenAI.GetBatchClient().CreateBatchAsync(Body(new { input_file_id = file, endpoint = "/v1/chat/completions", completion_window = "24h" }), waitUntilCompleted: false);
    }

    private static async Task<FineTuningJob> Tuned(Clients clients) =>
        await clients.OpenAI.GetFineTuningClient().FineTuneAsync("scratch-nano", await Sent(clients, Examples, FileUploadPurpose.FineTune), waitUntilCompleted: false);

    private static async Task<JsonElement> Until(Func<Task<JsonElement>> look, string status) =>
        (await ApplicationHost.Until(async () => await look() is var seen && seen.GetProperty("status").GetString() == status ? Tuple.Create(seen) : null)).Item1;

    private static BinaryContent Body(object body) => BinaryContent.Create(BinaryData.FromObjectAsJson(body));

    private static JsonElement Json(BinaryData data) => JsonDocument.Parse(data).RootElement;

    private static JsonElement Json(ClientResult result) => Json(result.GetRawResponse().Content);

    private static string Text(ClientResult result, string field) => Json(result).GetProperty(field).GetString()!;
}
