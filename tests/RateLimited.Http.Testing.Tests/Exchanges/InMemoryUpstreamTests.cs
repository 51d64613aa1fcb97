using System.Net;
using RateLimited.Http.Testing.Faults;

namespace RateLimited.Http.Testing.Tests.Exchanges;

/// <summary>An upstream in memory, by the system's time and by virtual time.</summary>
public sealed class InMemoryUpstreamTests : UpstreamContract
{
    private static readonly Uri Address = new("https://upstream.test/");

    private readonly ManualTimeProvider _time = new();

    private TimeSpan Elapsed => TimeSpan.FromTicks(_time.GetTimestamp());

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task<(IUpstream Upstream, HttpClient Client)> StartAsync(UpstreamBuilder builder)
    {
        var upstream = builder.Build();
        return Task.FromResult<(IUpstream, HttpClient)>((upstream, new HttpClient(upstream.CreateHandler()) { BaseAddress = Address }));
    }

    [Fact]
    public async Task Latency_passes_before_the_request_is_counted_and_before_its_answer_is_there()
    {
        var upstream = new UpstreamBuilder().SlidingLog(1, Seconds(60)).Latency(Seconds(2), Seconds(2)).LatencyBack(Seconds(3), Seconds(3)).Time(_time).Build();
        using var client = Client(upstream);

        var call = client.GetAsync("/", Ended);
        _time.Advance(Seconds(2) - TimeSpan.FromTicks(1));
        upstream.Books.Admitted.ShouldBe(0);
        upstream.Inside.ShouldBe(1);
        _time.Advance(TimeSpan.FromTicks(1));
        upstream.Books.Admitted.ShouldBe(1);
        call.IsCompleted.ShouldBeFalse();
        _time.Advance(Seconds(3));

        (await call).StatusCode.ShouldBe(HttpStatusCode.OK);
        _time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Latency_lies_between_its_bounds_and_the_seed_decides_where()
    {
        var drawn = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => DrawAsync(seed: 5)));
        var other = await DrawAsync(seed: 6);

        drawn[0].ShouldBe(drawn[1]);
        drawn[0].ShouldNotBe(other);
        drawn[0].ShouldAllBe(latency => latency >= Seconds(1) && latency <= Seconds(3));
        drawn[0].Max().ShouldBeGreaterThan(Seconds(2.5));
        drawn[0].Min().ShouldBeLessThan(Seconds(1.5));
    }

    [Fact]
    public async Task Work_is_the_time_between_the_head_and_the_end_of_the_body()
    {
        using var client = Client(new UpstreamBuilder().Concurrency(1).Work(Seconds(4), Seconds(4)).Time(_time).Build());

        using var response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, Ended);
        Elapsed.ShouldBe(TimeSpan.Zero);
        var body = response.Content.ReadAsStringAsync(Ended);
        await _time.RunUntilAsync(body);

        Elapsed.ShouldBe(Seconds(4));
    }

    [Fact]
    public async Task Whoever_does_not_read_holds_his_slot_until_the_work_has_ended_and_no_longer()
    {
        var upstream = new UpstreamBuilder().Concurrency(1).Work(Seconds(4), Seconds(4)).Time(_time).Build();
        using var client = Client(upstream);
        using var unread = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, Ended);

        _time.Advance(Seconds(3.9));
        upstream.Inside.ShouldBe(1);
        _time.Advance(Seconds(0.1));

        upstream.Inside.ShouldBe(0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_stall_takes_its_time_wherever_it_is(long bytes)
    {
        var fault = bytes < 0 ? Fault.Stall(Seconds(30)) : Fault.StallAfter(bytes, Seconds(30));
        using var client = Client(new UpstreamBuilder().Fault(fault).Time(_time).Build());

        var body = client.GetStringAsync("/", Ended);
        _time.Advance(Seconds(29));
        body.IsCompleted.ShouldBeFalse();
        _time.Advance(Seconds(1));

        (await body).ShouldContain("ok");
    }

    [Fact]
    public async Task A_slow_body_takes_as_long_as_its_bytes_do()
    {
        using var client = Client(new UpstreamBuilder().Fault(Fault.Slow(bytesPerSecond: 2)).Time(_time).Build());

        var body = client.GetStringAsync("/", Ended);
        await _time.RunUntilAsync(body);

        Elapsed.ShouldBe(Seconds((await body).Length / 2.0));
    }

    [Fact]
    public async Task Its_clock_may_be_another_than_the_clients()
    {
        var upstream = Upstream.Preset("github").ClockSkew(TimeSpan.FromHours(-3)).Time(_time).Build();
        using var client = Client(upstream);

        using var response = await client.GetAsync("/user", Ended);

        response.Headers.Date.ShouldBe(_time.GetUtcNow() - TimeSpan.FromHours(3));
        response.Headers.GetValues("x-ratelimit-reset").ShouldBe([(_time.GetUtcNow() - TimeSpan.FromHours(2)).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public async Task Two_upstreams_of_one_builder_know_nothing_of_each_other()
    {
        var builder = new UpstreamBuilder().SlidingLog(1, Seconds(60)).Time(_time);
        var (one, other) = (builder.Build(), builder.SlidingLog(9, Seconds(60)).Build());

        await Client(one).GetAsync("/", Ended);

        one.Books.Limits.Count.ShouldBe(1);
        other.Books.Limits.ShouldBeEmpty();
        (await Client(one).GetAsync("/", Ended)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static HttpClient Client(Upstream upstream) => new(upstream.CreateHandler()) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };

    private static async Task<TimeSpan[]> DrawAsync(int seed)
    {
        var time = new ManualTimeProvider();
        using var client = Client(new UpstreamBuilder().Latency(Seconds(1), Seconds(3)).Seed(seed).Time(time).Build());
        var latencies = new TimeSpan[40];
        for (var call = 0; call < latencies.Length; call++)
        {
            var began = time.GetTimestamp();
            await time.RunUntilAsync(client.GetAsync("/", Ended));
            latencies[call] = time.GetElapsedTime(began);
        }

        return latencies;
    }
}
