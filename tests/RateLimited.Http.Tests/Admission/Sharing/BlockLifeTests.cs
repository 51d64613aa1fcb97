using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Admission.Sharing;

/// <summary>For how long a block may be spent.</summary>
public sealed class BlockLifeTests
{
    private static readonly long Configured = TimeSpan.FromMilliseconds(300).Ticks;

    [Fact]
    public void Without_a_word_it_is_as_for_all_services() => (Of(lease: null, 0), Of(lease: null, Configured)).ShouldBe((0, Configured));

    [Fact]
    public void Strict_takes_nothing_ahead() => Of(LeaseMode.Strict, Configured).ShouldBe(0);

    [Fact]
    public void Auto_takes_what_is_configured() => Of(LeaseMode.Auto, Configured).ShouldBe(Configured);

    [Theory]
    [InlineData(20_000, 200)]
    [InlineData(60_000, 600)]
    [InlineData(100, 10)]
    [InlineData(3_600_000, 1_000)]
    public void Auto_takes_a_hundredth_of_the_shortest_window_within_bounds(int windowMilliseconds, int lifeMilliseconds) =>
        Of(LeaseMode.Auto, 0, TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(windowMilliseconds)).ShouldBe(TimeSpan.FromMilliseconds(lifeMilliseconds).Ticks);

    [Fact]
    public void Where_nothing_flows_back_there_is_nothing_to_take() => Of(LeaseMode.Auto, 0).ShouldBe(0);

    private static long Of(LeaseMode? lease, long configured, params TimeSpan[] windows) => BlockLife.Of(
        new ServiceDefinition
        {
            Name = "api",
            Lease = lease,
            Limits = [new LimitDefinition("slots", UnitCost.Requests, new Concurrency(5)), .. windows.Select(static window => new LimitDefinition($"{window}", UnitCost.Requests, new SlidingWindow(100, window.Ticks)))],
        },
        configured);
}
