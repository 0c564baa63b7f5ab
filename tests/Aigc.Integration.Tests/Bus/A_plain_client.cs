using System.Text.Json;
using Aigc.Testing;

namespace Aigc.Integration.Tests.Bus;

/// <summary>An AMQP client that knows nothing of MassTransit, against the orchestration service as its own process.</summary>
public sealed class A_plain_client(RabbitMqFixture broker) : IClassFixture<RabbitMqFixture>
{
    [Fact]
    public async Task Gets_a_plain_answer_on_its_reply_queue_even_when_it_asks_for_a_model_nobody_has()
    {
        using var answer = await Ask("""{"model":"nobody","prompt":"hello","max_tokens":4}""");

        Assert.Equal("failed", answer.RootElement.GetProperty("status").GetString());
        Assert.Equal("model_not_found", answer.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Is_told_which_field_of_a_bad_request_is_at_fault()
    {
        using var answer = await Ask("""{"model":"m","prompt":"hello","max_tokens":0}""");

        Assert.Equal("max_tokens", answer.RootElement.GetProperty("error").GetProperty("param").GetString());
    }

    private async Task<JsonDocument> Ask(string request)
    {
        var folder = Directory.CreateTempSubdirectory("aigc-plain-").FullName;
        try
        {
            await using var service = Platform.RunningProgram.Start(
                "Aigc.Orchestration",
                folder,
                new Dictionary<string, string>
                {
                    ["Aigc__DataRoot"] = folder,
                    ["Aigc__Bus__Transport"] = "RabbitMq",
                    ["Aigc__Bus__RabbitMq"] = broker.Address.ToString(),
                    ["Aigc__Gateway__InternalToken"] = new string('t', 32),
                    ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                });
            return await PlainAmqpClient.Ask(broker.Address, request);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
