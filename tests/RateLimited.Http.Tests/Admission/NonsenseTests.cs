using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>What a caller that is not an HttpClient may ask and tell is held to its range like what configuration says: before anything is charged.</summary>
public sealed class NonsenseTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_cost_below_zero_would_be_no_cost_at_all_and_is_refused(long amount)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new AdmissionRequest { Costs = [new UnitCost(Requests, 1), new UnitCost(Tokens, amount)] });
        Should.Throw<ArgumentOutOfRangeException>(() => AdmissionRequest.Of(Tokens, amount));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public void A_cost_of_nothing_is_refused(string? unit) => Should.Throw<ArgumentException>(() => new AdmissionRequest { Costs = [new UnitCost(unit!, 1)] });

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    [InlineData(int.MaxValue)]
    public void A_priority_that_is_no_class_is_refused(int priority) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new AdmissionRequest { Priority = (RequestPriority)priority }).Message.ShouldStartWith("A priority is one of the classes");

    [Fact]
    public void A_time_below_zero_is_refused_unless_it_means_for_ever()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new AdmissionRequest { Timeout = TimeSpan.FromTicks(-1) });
        Should.Throw<ArgumentOutOfRangeException>(() => new AdmissionRequest { Timeout = TimeSpan.MinValue });
        new AdmissionRequest { Timeout = Timeout.InfiniteTimeSpan }.Timeout.ShouldBe(Timeout.InfiniteTimeSpan);
        new AdmissionRequest { Timeout = TimeSpan.Zero }.Timeout.ShouldBe(TimeSpan.Zero);
        new AdmissionRequest { Timeout = TimeSpan.MaxValue }.Timeout.ShouldBe(TimeSpan.MaxValue);
    }

    [Fact]
    public void Who_waits_for_longer_than_time_lasts_waits()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Window("w", 1, Ms(10)));
        service.TryAcquire().IsAdmitted.ShouldBeTrue();

        var waiter = Waiter.Enter(service, Of(timeout: TimeSpan.MaxValue), token: TestContext.Current.CancellationToken);
        bed.Advance(Ms(10));

        waiter.IsAdmitted.ShouldBeTrue();
    }

    /// <summary>Two latencies at the end of the range once made the measured guard negative, and windows shorter by it.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Whatever_latencies_are_told_windows_stay_padded(long ticks)
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Define(Window("w", 2, Ms(1600))) with { ArrivalGuard = null });
        for (var i = 0; i < 20; i++)
        {
            service.Record(new RequestOutcome { Latency = i % 2 == 0 ? new TimeSpan(ticks) : Ms(5) });
        }

        service.GetStatus().ArrivalGuard.ShouldBeGreaterThan(TimeSpan.Zero);
        service.AcquireBatch([default, default, default]).Count.ShouldBe(2);
        bed.Advance(Ms(1600) - TimeSpan.FromTicks(1));
        service.TryAcquire().RetryAfter.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        bed.Advance(Ms(1700));
        service.TryAcquire().IsAdmitted.ShouldBeTrue();
    }
}
