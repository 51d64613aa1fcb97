using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Tests.Telemetry;

public sealed class SpreadCountTests
{
    private const int Threads = 4;
    private const int Each = 20_000;

    [Fact]
    public async Task What_threads_add_at_once_is_taken_out_once()
    {
        var count = new SpreadCount();
        var adding = Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                count.Add(2);
            }
        })));

        var taken = 0L;
        while (!adding.IsCompleted)
        {
            taken += count.Take();
        }

        await adding;
        (taken + count.Take()).ShouldBe(2 * Threads * Each);
        count.Value.ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_is_held_is_never_missed_while_others_come_and_go()
    {
        var count = new InFlightCount();
        count.Begin();
        var coming = Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                count.Begin();
                count.End();
            }
        })));

        do
        {
            count.Value.ShouldBeGreaterThanOrEqualTo(1);
        }
        while (!coming.IsCompleted);

        await coming;
        count.Value.ShouldBe(1);
        count.End();
        count.Value.ShouldBe(0);
    }
}
