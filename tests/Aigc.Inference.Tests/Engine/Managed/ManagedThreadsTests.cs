using Aigc.Inference.Engine.Managed;

namespace Aigc.Inference.Tests.Engine.Managed;

public sealed class ManagedThreadsTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(5, false)]
    public void Parts_meet_and_see_what_the_others_have_written(int count, bool spinning)
    {
        var (values, wrong) = (new int[count], 0);
        ManagedThreads? threads = null;
        using var started = threads = new ManagedThreads(count, spinning, "test", id =>
        {
            for (var round = 1; round <= 50; round++)
            {
                values[id]++;
                threads!.Meet();
                for (var other = 0; other < count; other++)
                {
                    if (values[other] % 50 != round % 50)
                        Interlocked.Increment(ref wrong);
                }
                threads.Meet();
            }
        });
        for (var step = 0; step < 20; step++)
        {
            threads.Run();
            // Idle threads go to sleep, and the next step wakes them.
            if (step % 5 == 0)
                Assert.True(SpinWait.SpinUntil(() => threads.Asleep == count - 1, TimeSpan.FromSeconds(30)), "Idle threads go on spinning.");
        }
        Assert.Equal(0, wrong);
        Assert.All(values, value => Assert.Equal(1000, value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void What_a_part_throws_surfaces_and_the_next_step_runs(int failing)
    {
        var (fail, done) = (true, 0);
        ManagedThreads? threads = null;
        using var started = threads = new ManagedThreads(3, false, "test", id =>
        {
            threads!.Meet();
            if (fail && id == failing)
                throw new InvalidOperationException("broken part");
            threads.Meet();
            Interlocked.Increment(ref done);
        });
        for (var step = 0; step < 3; step++)
        {
            fail = true;
            Assert.Equal("broken part", Assert.Throws<InvalidOperationException>(threads.Run).Message);
            (fail, done) = (false, 0);
            threads.Run();
            Assert.Equal(3, done);
        }
    }

    [Fact]
    public void Disposing_ends_the_threads_and_no_step_runs_afterwards()
    {
        var threads = new ManagedThreads(4, spinning: true, "test", _ => { });
        threads.Run();
        threads.Dispose();
        threads.Dispose();
        Assert.True(threads.Ended);
        Assert.Throws<ObjectDisposedException>(threads.Run);
    }
}
