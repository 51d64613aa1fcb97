using RateLimited.Http.Admission;
using RateLimited.Http.Testing;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>What ages are told by: the exact clock's time, give or take a tick of the coarse one.</summary>
public sealed class RoughTimeTests
{
    /// <summary>Far more than any kernel's tick.</summary>
    private static readonly long Tick = Ms(100).Ticks;

    [Fact]
    public void With_the_systems_clock_it_lies_between_two_exact_readings_but_for_a_tick()
    {
        var clock = new MonotonicClock(TimeProvider.System);
        for (var i = 0; i < 10_000; i++)
        {
            var before = clock.Now;
            var roughly = clock.Roughly;
            var after = clock.Now;

            roughly.ShouldBeInRange(before - Tick, after + Tick);
        }
    }

    [Fact]
    public void With_any_other_clock_it_is_exact()
    {
        var time = new ManualTimeProvider();
        var clock = new MonotonicClock(time);

        time.Advance(Ms(1.5));

        clock.Roughly.ShouldBe(clock.Now);
    }
}
