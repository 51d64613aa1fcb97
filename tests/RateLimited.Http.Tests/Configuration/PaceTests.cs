using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Limits;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>A quota that is spread over its window, from the configuration to who is refused.</summary>
public sealed class PaceTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // A Monday.
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
    private readonly Demand _demand = new();

    [Theory]
    [InlineData("24/day fixed pace even")]
    [InlineData("24/day fixed first-use pace even")]
    [InlineData("24/day pace even")]
    [InlineData("24/day fixed pace profile")]
    [InlineData("24/day per name fixed pace even")]
    public void An_hour_has_its_part_and_whoever_comes_before_is_told_when(string limit)
    {
        using var container = Container(Source(limit));
        var limiter = Limiter(container);
        var request = new AdmissionRequest { Partition = "p" };
        for (var hour = 0; hour < 23; hour++)
        {
            limiter.TryAcquire(request).IsAdmitted.ShouldBeTrue();
            var refused = limiter.TryAcquire(request);
            (refused.Reason, refused.RetryAfter).ShouldBe((RejectionReason.LimitReached, Hour));

            var status = limiter.GetStatus().Limits.ShouldHaveSingleItem("what paces a limit is shown to nobody");
            (status.Name, status.Quota, status.Used).ShouldBe((refused.Limit!, 24, hour + 1));
            _time.Advance(Hour);
        }
    }

    [Theory]
    [InlineData("10000/day fixed pace even", 417)]
    [InlineData("24/day fixed pace even", 1)]
    [InlineData("25/day pace even", 2)]
    [InlineData("1/day fixed pace profile", 1)]
    [InlineData("100/hour pace even", 5)]
    [InlineData("100/hour fixed pace even burst 100", 100)]
    public void So_much_may_go_at_once(string limit, int burst)
    {
        using var container = Container(Source(limit));

        Admitted(Limiter(container)).ShouldBe(burst);
    }

    [Fact]
    public void What_an_idle_morning_left_of_a_fixed_window_may_go_in_the_afternoon_and_all_of_it_by_the_end()
    {
        using var container = Container(Source("48/day fixed pace even"));
        var limiter = Limiter(container);

        _time.Advance(12 * Hour);
        Admitted(limiter).ShouldBe(26);
        _time.Advance(11 * Hour);
        Admitted(limiter).ShouldBe(22);
        _time.Advance(Hour);
        Admitted(limiter).ShouldBe(2);
    }

    [Fact]
    public void One_request_may_cost_more_than_the_burst_of_a_fixed_window_and_goes_when_as_much_has_passed()
    {
        using var container = Container(Source("48 units/day fixed pace even"));
        var limiter = Limiter(container);

        limiter.EstimateWait(AdmissionRequest.Of("units", 26)).ShouldBe(12 * Hour);
        limiter.EstimateWait(AdmissionRequest.Of("units", 48)).ShouldBe(23 * Hour);
        limiter.EstimateWait(AdmissionRequest.Of("units", 49)).ShouldBeNull();
    }

    [Fact]
    public void What_is_given_back_may_go_again()
    {
        using var container = Container(new ReloadableSource(("Services:a:Limits:0", "48/day fixed pace even"), ("Services:a:Limits:1", "480/10 days pace even burst 2")));
        var limiter = Limiter(container);
        var lease = limiter.TryAcquire().Lease!;
        Admitted(limiter).ShouldBe(1);

        lease.GiveBack();

        Admitted(limiter).ShouldBe(1);
    }

    [Fact]
    public void All_services_together_keep_a_global_pace()
    {
        using var container = Container(
            new ReloadableSource(("Services:a:Limits", "100/day"), ("Services:b:Limits", "100/day"), ("Global:Limits", "48/day fixed pace even")),
            static services => services.AddServiceRateLimiting("b"));

        Admitted(Limiter(container)).ShouldBe(2);
        Admitted(container.GetRequiredKeyedService<IServiceRateLimiter>("b")).ShouldBe(0);
    }

    [Fact]
    public void What_is_known_of_demand_spreads_the_quota_also_after_a_reload()
    {
        var source = Source("1000/day fixed pace profile burst 10");
        using var container = Container(source);
        var limiter = Limiter(container);
        Admitted(limiter).ShouldBe(10);

        // All of it is asked for from 8 to 12 on Mondays.
        _demand.Hours = [.. Enumerable.Range(0, 168).Select(static hour => hour is >= 8 and < 12 ? 1.0 : 0.0)];
        _time.Advance(8 * Hour);
        Admitted(limiter).ShouldBeInRange(1, 2, "an hour of no demand has a thousandth");
        _time.Advance(2 * Hour);
        Admitted(limiter).ShouldBeInRange(490, 500);

        source.Change(("Services:a:Limits", "2000/day fixed pace profile burst 10"));
        Admitted(limiter).ShouldBeInRange(490, 500, "of twice as much");
        source.Change(("Services:a:Limits", "2000/day fixed"));
        Admitted(limiter).ShouldBeInRange(985, 1000, "the rest");
    }

    [Fact]
    public async Task Whoever_waits_goes_earlier_when_demand_becomes_known()
    {
        using var container = Container(Source("24/day fixed pace profile"));
        var limiter = Limiter(container);
        Admitted(limiter).ShouldBe(1);
        var waiting = limiter.AcquireAsync(new AdmissionRequest { Timeout = 2 * Hour }, TestContext.Current.CancellationToken).AsTask();

        _demand.Hours = [.. Enumerable.Range(0, 168).Select(static hour => hour < 1 ? 1.0 : 0.0)];
        _time.Advance(Hour / 10);

        using var lease = await waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Who_throws_knows_nothing_and_the_quota_is_spread_evenly()
    {
        using var container = Container(Source("24/day fixed pace profile"));
        var limiter = Limiter(container);
        _demand.Fault = new InvalidOperationException();

        Admitted(limiter).ShouldBe(1);
        _time.Advance(3 * Hour);

        Admitted(limiter).ShouldBe(3);
    }

    [Fact]
    public void Without_anybody_who_knows_the_quota_is_spread_evenly()
    {
        using var container = Configured.Container(Source("24/day fixed pace profile").Root(), services => services.AddSingleton<TimeProvider>(_time).AddServiceRateLimiting("a"));

        _time.Advance(3 * Hour);

        Admitted(Limiter(container)).ShouldBe(4);
    }

    [Fact]
    public void What_nobody_knows_is_even_and_the_busiest_hour_weighs_most()
    {
        DemandShape.Of(null).IsSameAs(WeekShape.Even).ShouldBeTrue();
        DemandShape.Of([1, 2, 3]).IsSameAs(WeekShape.Even).ShouldBeTrue();
        DemandShape.Of([.. new double[168]]).IsSameAs(WeekShape.Even).ShouldBeTrue();
        DemandShape.Of([.. Enumerable.Repeat(double.NaN, 168)]).IsSameAs(WeekShape.Even).ShouldBeTrue();
        DemandShape.Of([.. Enumerable.Range(0, 168).Select(static hour => hour == 0 ? 1e300 : hour == 1 ? 5e299 : -1)])
            .IsSameAs(new WeekShape([1000, 500, .. Enumerable.Repeat(1, 166)])).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{ "Services": { "a": { "Limits": "5/s" } }, "Global": { "Limits": "50/day fixed pace profile" } }""", "RateLimiting:Global:Limits:Pace")]
    [InlineData("""{ "Services": { "a": { "Limits": "5/s", "Keys": { "List": [ { "Name": "k", "Value": "x", "Limits": "5/day fixed pace profile" } ] } } } }""", "RateLimiting:Services:a:Keys:List:0:Limits:Pace")]
    public void Demand_is_known_of_each_service_alone(string json, string path) =>
        Configured.Faults(Configured.Json($$"""{ "RateLimiting": {{json}} }""")).ShouldContain($"{path}: 'Profile' → None or Even, since demand is known of each service, and of nothing larger or smaller.");

    private static ReloadableSource Source(string limit) => new(("Services:a:Limits", limit), ("Services:a:ArrivalGuard", "0 s"));

    private static IServiceRateLimiter Limiter(ServiceProvider container) => container.GetRequiredKeyedService<IServiceRateLimiter>("a");

    private static int Admitted(IServiceRateLimiter limiter)
    {
        var admitted = 0;
        while (limiter.TryAcquire().IsAdmitted)
        {
            admitted++;
        }

        return admitted;
    }

    private ServiceProvider Container(ReloadableSource source, Action<IServiceCollection>? add = null) => Configured.Container(source.Root(), services =>
    {
        services.AddSingleton<TimeProvider>(_time).AddSingleton<IDemandProfile>(_demand).AddServiceRateLimiting("a");
        add?.Invoke(services);
    });

    private sealed class Demand : IDemandProfile
    {
        public IReadOnlyList<double>? Hours { get; set; }

        public Exception? Fault { get; set; }

        public IReadOnlyList<double>? Of(string service) => Fault is null ? Hours : throw Fault;
    }
}
