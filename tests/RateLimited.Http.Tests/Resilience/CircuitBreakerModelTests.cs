using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Resilience;

/// <summary>Random histories of calls, cancelled and hanging probes, reloads and hands on the switch, through the breaker and through its reference.</summary>
public sealed class CircuitBreakerModelTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    private static readonly Gen<BreakerRule> Rules =
        from percent in Gen.Choose(1, 100)
        from minimum in Gen.Choose(1, 6)
        from consecutive in Gen.Elements(0, 0, 2, 3)
        from slow in Gen.Elements(0L, 0L, Second)
        from slowPercent in Gen.Choose(30, 100)
        from breaks in Gen.Choose(1, 5)
        from probes in Gen.Choose(1, 3)
        select new BreakerRule
        {
            FailurePercent = percent,
            MinimumCalls = minimum,
            ConsecutiveFailures = consecutive,
            SlowCall = slow,
            SlowPercent = slowPercent,
            Break = breaks * Second,
            MaxBreak = 20 * Second,
            Probes = probes,
            Window = 10 * Second,
        };

    private static readonly Gen<Step> Steps =
        from act in Gen.Frequency((6, Gen.Constant(Act.Enter)), (8, Gen.Constant(Act.Report)), (4, Gen.Constant(Act.Advance)), (1, Gen.Elements(Act.Isolate, Act.Close, Act.Reload)))
        from which in Gen.Choose(0, 100)
        from result in Gen.Elements(CallResult.Success, CallResult.Failure, CallResult.Failure, CallResult.Inconclusive)
        from duration in Gen.Elements(0L, Second, 2 * Second)
        from wait in Gen.Elements<long?>(null, null, 0, 3 * Second, 1000 * Second)
        from time in Gen.OneOf(Draws.Ticks(0, Second), Draws.Ticks(0, 12 * Second))
        select new Step(act, which, result, duration, wait, time);

    private static readonly Gen<(BreakerRule First, BreakerRule Second, IList<Step> Steps)> Histories =
        from first in Rules
        from second in Rules
        from steps in Steps.ListOf().Resize(120)
        select (first, second with { Window = first.Window }, (IList<Step>)steps);

    private enum Act
    {
        Enter,
        Report,
        Advance,
        Isolate,
        Close,
        Reload,
    }

    [Fact]
    public void It_does_what_the_reference_does() => Holds.For(Histories, static history =>
    {
        var breaker = new CircuitBreaker(history.First);
        var reference = new ReferenceBreaker(history.First);
        var calls = new List<(CircuitPass Pass, object Call)>();
        long now = 0;
        foreach (var step in history.Steps)
        {
            now += step.Act == Act.Advance ? step.Time : 0;
            switch (step.Act)
            {
                case Act.Enter:
                    var may = breaker.TryEnter(now, out var pass, out var wait);
                    var call = reference.Enter(now);
                    may.ShouldBe(call is not null);
                    (may ? 1 : wait ?? 1).ShouldBeGreaterThan(0, "a wait is never in the past");
                    if (call is not null)
                    {
                        calls.Add((pass, call));
                    }

                    break;
                case Act.Report when calls.Count > 0:
                    var (reported, known) = calls[step.Which % calls.Count];
                    calls.RemoveAt(step.Which % calls.Count);
                    breaker.Report(now, reported, step.Result, step.Duration, step.Wait);
                    reference.Report(now, known, step.Result, step.Duration, step.Wait);
                    break;
                case Act.Isolate:
                    breaker.Isolate();
                    reference.Isolate();
                    break;
                case Act.Close:
                    breaker.Close();
                    reference.Close();
                    break;
                case Act.Reload when reference.State != CircuitState.HalfOpen:
                    breaker.Apply(history.Second);
                    reference.Apply(history.Second);
                    break;
                default:
                    break;
            }

            breaker.State.ShouldBe(reference.State);
        }
    });

    private sealed record Step(Act Act, int Which, CallResult Result, long Duration, long? Wait, long Time);
}
