using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Readings;
using RateLimited.Http.Dashboard.Tests.Hosting;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Dashboard.Tests.Readings;

/// <summary>A quarter of an hour is kept, by five seconds, whatever the time is.</summary>
public sealed class HistoryTests
{
    [Fact]
    public async Task Points_say_what_happened_within_their_interval_and_the_oldest_go()
    {
        var time = new ManualTimeProvider();
        await using var services = Services(time);
        var sampler = services.GetRequiredService<Sampler>();
        var limiter = services.GetRequiredKeyedService<IServiceRateLimiter>("api");
        sampler.Start();
        sampler.Of("api")!.Points.ShouldBeEmpty();

        for (var i = 0; i < 10; i++)
        {
            limiter.TryAcquire().Lease?.Dispose();
        }

        time.Advance(Sampler.Interval);
        var first = sampler.Of("API")!.Points.ShouldHaveSingleItem();
        (first.AdmittedPerSecond, first.RefusedPerSecond, first.Usage, first.InFlight).ShouldBe((1, 1, 1, 0));

        for (var i = 0; i < Sampler.Capacity; i++)
        {
            time.Advance(Sampler.Interval);
        }

        var points = sampler.Of("api")!.Points;
        points.Count.ShouldBe(Sampler.Capacity);
        points.ShouldAllBe(static point => point.AdmittedPerSecond == 0);
        points.Select(static point => point.At).ShouldBe(points.Select(static point => point.At).Order());
        sampler.Of("nobody").ShouldBeNull();
    }

    [Fact]
    public async Task Of_all_processes_a_point_is_made_as_often_as_they_were_heard_of()
    {
        var (time, fleet) = (new ManualTimeProvider(), new KnownFleet());
        await using var services = Services(time, fleet);
        var sampler = services.GetRequiredService<Sampler>();
        sampler.Start();
        Hear(admitted: 100, seconds: 10);
        sampler.Of("api")!.Fleet.ShouldBeEmpty("the first has nothing to be compared with");

        Hear(admitted: 140, seconds: 20);
        var point = sampler.Of("api")!.Fleet.ShouldHaveSingleItem();
        (point.At, point.AdmittedPerSecond, point.RefusedPerSecond, point.Unexpected429, point.InFlight, point.Waiting).ShouldBe((DateTimeOffset.UnixEpoch.AddSeconds(20), 4, 0.5, 1, 5, 6));
        time.Advance(Sampler.Interval);
        sampler.Of("api")!.Fleet.Count.ShouldBe(1, "nothing was heard since");

        fleet.Status = fleet.Status with { Fault = "down", At = DateTimeOffset.UnixEpoch.AddSeconds(25) };
        time.Advance(Sampler.Interval);
        sampler.Of("api")!.Fleet.Count.ShouldBe(1);
        Hear(admitted: 140, seconds: 30);
        sampler.Of("api")!.Fleet.Select(static each => each.AdmittedPerSecond).ShouldBe([4, 0]);

        void Hear(long admitted, int seconds)
        {
            fleet.Status = KnownFleet.Of("api") with { At = DateTimeOffset.UnixEpoch.AddSeconds(seconds), Flow = new FleetFlow(admitted, admitted / 8, admitted / 40) };
            time.Advance(Sampler.Interval);
        }
    }

    [Fact]
    public async Task However_many_look_a_status_is_taken_once_a_second()
    {
        var time = new ManualTimeProvider();
        await using var services = Services(time);
        var reader = services.GetRequiredService<ServiceReader>();

        var first = reader.Read();
        time.Advance(TimeSpan.FromSeconds(0.999));
        reader.Read().ShouldBeSameAs(first);
        time.Advance(TimeSpan.FromSeconds(0.001));

        reader.Read().ShouldNotBeSameAs(first);
    }

    private static ServiceProvider Services(TimeProvider time, IFleetBook? fleet = null) => new ServiceCollection()
        .AddSingleton(time)
        .AddSingleton(fleet ?? new KnownFleet())
        .AddRateLimitDashboard()
        .AddServiceRateLimiting("api", static api => api.Limit("10/h fixed").Limit("5/h sliding").Line(static line => line.Length = 0))
        .BuildServiceProvider();
}
