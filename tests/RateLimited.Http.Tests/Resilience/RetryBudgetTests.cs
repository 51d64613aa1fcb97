using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Resilience;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Resilience;

public sealed class RetryBudgetTests
{
    [Fact]
    public void Repeats_in_a_window_are_never_more_than_their_share_and_the_floor()
    {
        var steps =
            from pause in Gen.Frequency((5, Gen.Constant(0L)), (3, Draws.Ticks(1, TimeSpan.TicksPerSecond)), (1, Draws.Ticks(0, 30 * TimeSpan.TicksPerSecond)))
            from isFirst in Gen.Frequency((2, Gen.Constant(true)), (1, Gen.Constant(false)))
            select (pause, isFirst);
        var cases =
            from percent in Gen.Choose(0, 200)
            from floor in Gen.Choose(0, 5)
            from history in steps.ListOf().Resize(100)
            select (percent, floor, history);

        Holds.For(cases, static drawn =>
        {
            var (percent, floor, history) = drawn;
            var budget = new RetryBudget();
            var past = new List<(long Step, bool IsFirst)>();
            long now = 0;
            foreach (var (pause, isFirst) in history)
            {
                now += pause;
                var step = now / (RetryBudget.Window / RollingCounts.Steps);
                past.RemoveAll(entry => entry.Step <= step - RollingCounts.Steps);
                if (isFirst)
                {
                    budget.FirstAttempt(now);
                    past.Add((step, true));
                    continue;
                }

                var firsts = past.Count(static entry => entry.IsFirst);
                var repeats = past.Count(static entry => !entry.IsFirst);
                var expected = repeats + 1 <= floor + (firsts * percent / 100.0) + 1e-9;
                budget.TryTake(now, percent, floor).ShouldBe(expected);
                if (expected)
                {
                    past.Add((step, false));
                }
            }
        });
    }

    [Fact]
    public void Under_concurrency_no_repeat_is_taken_twice()
    {
        using var telemetry = new RateLimitingTelemetry();
        var service = new ServiceResilience("budget", new ManualTimeProvider(), telemetry.For("budget").Resilience);
        var rule = new ResilienceRule { Retry = new RetryRule { BudgetPercent = 10, BudgetFloor = 10 } };
        service.Apply(rule);
        using var request = new HttpRequestMessage();
        long taken = 0;

        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 2_500; i++)
            {
                service.TryEnter(request, out var pass, out var _);
                service.Report(rule, new AttemptReport(pass, new AttemptReading(FailureKind.Broken, CallResult.Failure)) { IsFirst = true });
                Interlocked.Add(ref taken, service.TryTakeRetry(rule.Retry) ? 1 : 0);
            }
        });

        taken.ShouldBe(1_010);
    }
}
