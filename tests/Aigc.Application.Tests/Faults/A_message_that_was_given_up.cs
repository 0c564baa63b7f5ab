using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.ServiceDefaults.Bus;

namespace Aigc.Application.Tests.Faults;

public sealed class A_message_that_was_given_up : ServiceTest
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_listed_sent_again_when_the_cause_is_gone_and_done_once()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        using var keeper = host.ClientOf("default", "admin");
        var poison = host.Get<Poison>();
        var id = Guid.NewGuid();
        await host.Get<ICommands>().Send(Poison.Queue, new EraseFolder { Id = id }, Now);
        var fault = await Listed(keeper);
        Assert.Equal((Poison.Queue, nameof(EraseFolder)), (fault.GetProperty("queue").GetString(), fault.GetProperty("message").GetString()));
        Assert.Contains("The disk is full", fault.GetProperty("error").GetString(), StringComparison.Ordinal);
        var path = $"/api/faults/{fault.GetProperty("id").GetString()}";
        using var stranger = host.ClientOf("acme", "*");
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.PostAsync($"{path}/replay", null, Now)).StatusCode);

        poison.Cured = true;
        var answers = await Task.WhenAll(keeper.PostAsync($"{path}/replay", null, Now), keeper.PostAsync($"{path}/replay", null, Now));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotFound], answers.Select(answer => answer.StatusCode).Order());
        Assert.Equal(id, await poison.Done.Task.WaitAsync(TimeSpan.FromSeconds(60), Now));
        // One more goes the same way behind it: whatever else was sent has been handled by then.
        await host.Get<ICommands>().Send(Poison.Queue, new EraseFolder { Id = Guid.NewGuid() }, Now);
        await poison.Twice.Task.WaitAsync(TimeSpan.FromSeconds(60), Now);
        Assert.Equal(1, poison.Handled.Count(handled => handled == id));
        Assert.Empty((await keeper.GetFromJsonAsync<JsonElement>("/api/faults", Now)).GetProperty("data").EnumerateArray());
    }

    private static async Task<JsonElement> Listed(HttpClient client)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Now);
        late.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var all = (await client.GetFromJsonAsync<JsonElement>("/api/faults", late.Token)).GetProperty("data");
            if (all.GetArrayLength() > 0)
            {
                return all[0];
            }

            await Task.Delay(20, late.Token);
        }
    }
}
