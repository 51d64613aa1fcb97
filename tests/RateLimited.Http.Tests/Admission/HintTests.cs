using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Faults;
using RateLimited.Http.Tests.Simulation;

namespace RateLimited.Http.Tests.Admission;

/// <summary>H03: whatever an upstream says, true or not, the configured limits hold, and nobody is held for longer than anything is believed.</summary>
public sealed class HintTests
{
    private const long Window = TimeSpan.TicksPerMinute;
    private const int Quota = 20;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [Fault("H03")]
    [MemberData(nameof(Seeds))]
    public void H03_hints_never_admit_more_than_is_configured_nor_hold_for_longer_than_is_believed(int seed)
    {
        var random = new Random(seed);
        var time = new ManualTimeProvider();
        using var telemetry = new RateLimitingTelemetry();
        var isFixed = seed % 4 < 3;
        var longest = TimeSpan.FromMinutes(random.Next(1, 60));
        var definition = new ServiceDefinition
        {
            Name = "lied to",
            Limits = [new LimitDefinition("own", UnitCost.Requests, isFixed ? new FixedWindow(Quota, Window, (WindowAnchor)(seed % 4)) : new SlidingWindow(Quota, Window))],
            Endpoints = random.Next(2) == 0 ? [] : [new EndpointDefinition("search", [], ServiceLimits: true)],
            ArrivalGuard = TimeSpan.Zero,
            Correction = new CorrectionDefinition { MaxHint = longest },
        };
        using var limiter = new ServiceLimiter(definition, new InProcessStore(time, []), telemetry.For(definition.Name));
        var (admitted, underWay) = (new List<long>(), new List<AdmissionTicket>());
        for (var step = 0; step < 400; step++)
        {
            time.Advance(TimeSpan.FromTicks(random.NextInt64(Window / 10)));
            if (limiter.TryTicket(out var wait) is { } ticket)
            {
                admitted.Add(time.GetTimestamp());
                underWay.Add(ticket);
            }
            else if (wait is { } known)
            {
                known.ShouldBeLessThanOrEqualTo(Math.Max(longest.Ticks, isFixed ? 2 * Window : Window) + (Quota * TimeSpan.TicksPerSecond), $"seed {seed}, step {step}");
            }

            while (underWay.Count > 0 && random.Next(3) > 0)
            {
                Answer(limiter, underWay[0], random);
                underWay.RemoveAt(0);
            }
        }

        // Fixed windows let two quotas go around an end: then those of three windows have a whole one between them.
        var most = isFixed ? 2 * Quota : Quota;
        for (var i = most; i < admitted.Count; i++)
        {
            (admitted[i] - admitted[i - most]).ShouldBeGreaterThanOrEqualTo(Window, $"seed {seed}");
        }

        // Once everything is forgotten that was said, the configured quota is whole.
        underWay.ForEach(static ticket => ticket.Complete());
        time.Advance(longest + TimeSpan.FromMinutes(10));
        limiter.TryAcquire().Lease.ShouldNotBeNull().Dispose();
        time.Advance(TimeSpan.FromSeconds(1));
        limiter.TryAcquire().Lease.ShouldNotBeNull().Dispose();
    }

    private static void Answer(ServiceLimiter limiter, AdmissionTicket ticket, Random random)
    {
        limiter.Answered(ticket, [.. Enumerable.Range(0, random.Next(3)).Select(_ => Any(random))], limiter.Now);
        if (random.Next(10) == 0)
        {
            limiter.Pause(ticket, random.Next(3) switch { 0 => null, 1 => TimeSpan.MaxValue, _ => TimeSpan.FromMilliseconds(random.Next(100_000)) });
        }

        ticket.Complete();
    }

    private static QuotaReport Any(Random random) => new()
    {
        Name = $"limit{random.Next(3)}".AsMemory(),
        Unit = random.Next(3) == 0 ? "tokens" : UnitCost.Requests,
        Limit = random.Next(3) == 0 ? null : random.NextInt64(1, random.Next(2) == 0 ? 40 : long.MaxValue),
        Remaining = random.Next(4) == 0 ? 0 : random.NextInt64(random.Next(2) == 0 ? 40 : long.MaxValue),
        ResetAfter = random.Next(3) == 0 ? null : random.NextInt64(random.Next(2) == 0 ? Window : TimeSpan.TicksPerHour),
        Window = random.Next(3) switch { 0 => 0, 1 => Window, _ => random.NextInt64(1, TimeSpan.TicksPerHour) },
        Refills = random.Next(3) == 0,
    };
}
