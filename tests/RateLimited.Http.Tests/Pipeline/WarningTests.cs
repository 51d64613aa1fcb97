using System.Net;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>Responses that warn without figures slow down those whom they concern, until none warns.</summary>
public sealed class WarningTests : IDisposable
{
    private static readonly (string, string) Near = ("x-ratelimit-nearlimit", "true");

    private readonly LimitedService _service = new(LimitedService.Window(1_000_000));

    private TimeSpan? Wait => _service.Limiter.EstimateWait();

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData("x-ratelimit-nearlimit", "true", 125)]
    [InlineData("x-ratelimit-nearlimit", "false", 0)]
    [InlineData("x-ms-throttle-limit-percentage", "0.79", 0)]
    [InlineData("x-ms-throttle-limit-percentage", "0.8", 100)]
    [InlineData("x-ms-throttle-limit-percentage", "0.9", 100)]
    [InlineData("x-ms-throttle-limit-percentage", "1.08", 120)]
    [InlineData("x-ms-throttle-limit-percentage", "1.8", 200)]
    [InlineData("x-ms-throttle-limit-percentage", "250", 200)]
    [InlineData("x-ratelimit-abusepenalty-active", "True", 200)]
    [InlineData("x-ratelimit-abusepenalty-active", "False", 0)]
    public async Task A_warning_spaces_the_next_ones(string name, string value, int milliseconds)
    {
        // One after the other, a tenth of a second each.
        await AskAsync(_service, 200, (name, value));
        Wait.ShouldBe(TimeSpan.Zero);
        using var lease = _service.Limiter.TryAcquire().Lease;
        Wait.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Fact]
    public async Task Figures_say_it_better()
    {
        await AskAsync(_service, 200, Near, ("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "90"), ("x-ratelimit-reset", "30"));
        _service.Limiter.TryAcquire().Lease!.Dispose();
        Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Without_a_warning_it_ends_step_by_step()
    {
        await AskAsync(_service, 200, Near);
        TimeSpan? last = TimeSpan.MaxValue;
        for (var answers = 0; answers < 6; answers++)
        {
            _service.Time.Advance(TimeSpan.FromSeconds(2));
            await AskAsync(_service, 200);
            _service.Time.Advance(TimeSpan.FromSeconds(2));
            using var lease = _service.Limiter.TryAcquire().Lease;
            (Wait < last).ShouldBeTrue($"{Wait} after {last}");
            last = Wait;
        }

        last.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_failure_tells_of_no_ease()
    {
        await AskAsync(_service, 200, Near);
        _service.Time.Advance(TimeSpan.FromSeconds(5));
        await AskAsync(_service, 500);
        _service.Time.Advance(TimeSpan.FromSeconds(5));
        using var lease = _service.Limiter.TryAcquire().Lease;
        Wait.ShouldBe(TimeSpan.FromMilliseconds(125));
    }

    [Fact]
    public async Task Who_is_refused_all_the_same_keeps_twice_the_distance()
    {
        await AskAsync(_service, 200, Near);
        _service.Time.Advance(TimeSpan.FromSeconds(5));
        await AskAsync(_service, 429, ("retry-after", "1"));
        for (var gone = 0; gone < 17; gone++)
        {
            _service.Time.Advance(TimeSpan.FromSeconds(1));
            _service.Limiter.TryAcquire().Lease!.Dispose();
        }

        Wait.ShouldBe(TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task Of_several_endpoints_the_one_that_is_warned_of_keeps_a_distance()
    {
        using var service = new LimitedService(new ServiceDefinition
        {
            Name = "warned",
            Limits = [LimitedService.Window(1_000_000)],
            Endpoints = [new EndpointDefinition("GET /a", [], ServiceLimits: true), new EndpointDefinition("GET /b", [], ServiceLimits: true)],
            ArrivalGuard = TimeSpan.Zero,
        });
        await AskAsync(service, 200, Near);
        using var first = service.Limiter.TryAcquire(new AdmissionRequest { Endpoint = "GET /a" }).Lease;

        service.Limiter.EstimateWait(new AdmissionRequest { Endpoint = "GET /a" }).ShouldBe(TimeSpan.FromMilliseconds(125));
        service.Limiter.EstimateWait(new AdmissionRequest { Endpoint = "GET /b" }).ShouldBe(TimeSpan.Zero);
        service.Limiter.EstimateWait().ShouldBe(TimeSpan.Zero);

        foreach (var _ in Enumerable.Range(0, 8))
        {
            service.Time.Advance(TimeSpan.FromSeconds(2));
            await AskAsync(service, 200);
        }

        using var last = service.Limiter.TryAcquire(new AdmissionRequest { Endpoint = "GET /a" }).Lease;
        service.Limiter.EstimateWait(new AdmissionRequest { Endpoint = "GET /a" }).ShouldBe(TimeSpan.Zero);
    }

    private static async Task AskAsync(LimitedService service, int status, params (string Name, string Value)[] headers)
    {
        using var client = service.Over((_, _) =>
        {
            service.Time.Advance(TimeSpan.FromMilliseconds(100));
            var response = new HttpResponseMessage((HttpStatusCode)status);
            foreach (var (name, value) in headers)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }

            return Task.FromResult(response);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://upstream.test/a");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
