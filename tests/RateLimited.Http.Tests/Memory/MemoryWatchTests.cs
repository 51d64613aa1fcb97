using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Configuration;

namespace RateLimited.Http.Tests.Memory;

/// <summary>What the log says of memory where nobody uses alerts.</summary>
public sealed class MemoryWatchTests
{
    private readonly LogCollector _log = new();
    private readonly ManualTimeProvider _time = new();

    private IEnumerable<string> Logged => _log.Ours.Where(static entry => entry.Message.Contains("memory", StringComparison.Ordinal)).Select(static entry => entry.ToString());

    [Fact]
    public void It_is_said_once_when_it_rises_and_once_when_it_is_over()
    {
        using var container = Container(Source(("Memory:WarnAt", "1"), ("Memory:AlertAt", "2")).Root());
        var limiter = container.GetRequiredKeyedService<IServiceRateLimiter>("a");
        Fill(limiter, 0, 9_000);
        _time.Advance(TimeSpan.FromMinutes(1));
        Logged.ShouldHaveSingleItem().ShouldStartWith("Warning: Limits and lines take about 1.");
        Logged.Single().ShouldEndWith("MB of memory, more than 1 MB, most of it a: fewer partitions, or a shorter line, take less.");

        _time.Advance(TimeSpan.FromMinutes(2));
        Logged.Count().ShouldBe(1);

        Fill(limiter, 9_000, 20_000);
        _time.Advance(TimeSpan.FromMinutes(1));
        Logged.Last().ShouldStartWith("Error: Limits and lines take about ");

        _time.Advance(TimeSpan.FromMinutes(8));
        Logged.Last().ShouldStartWith("Information: Limits and lines take about 0");
        limiter.GetStatus().Bytes.ShouldBeLessThan(100_000);
    }

    [Fact]
    public void Thresholds_change_while_running_and_a_bad_change_does_not()
    {
        var source = Source();
        using var container = Container(source.Root());
        var limiter = container.GetRequiredKeyedService<IServiceRateLimiter>("a");
        Fill(limiter, 0, 9_000);
        _time.Advance(TimeSpan.FromMinutes(1));
        Logged.ShouldBeEmpty("40 MB and 50 MB are the defaults");

        source.Change(("Memory:WarnAt", "1"), ("Memory:AlertAt", "0"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Logged.ShouldBeEmpty();

        source.Change(("Memory:AlertAt", "3"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Logged.ShouldHaveSingleItem().ShouldStartWith("Warning: ");
    }

    [Fact]
    public void Whoever_uses_alerts_is_told_by_them_alone()
    {
        using var container = Container(Source(("Memory:WarnAt", "1")).Root(), static services => services.AddSingleton<IAlertBook, NoAlerts>());
        Fill(container.GetRequiredKeyedService<IServiceRateLimiter>("a"), 0, 9_000);

        _time.Advance(TimeSpan.FromMinutes(3));

        Logged.ShouldBeEmpty();
    }

    [Fact]
    public void With_the_last_service_goes_the_last_timer()
    {
        using (var container = Container(Source().Root()))
        {
            _time.ArmedTimers.ShouldBe(0);
            container.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Service.ShouldBe("a");
            _time.ArmedTimers.ShouldBe(1);
        }

        _time.ArmedTimers.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{ "WarnAt": 0 }""", "RateLimiting:Memory:WarnAt: '0' → a whole number of megabytes from 1 to 1_000_000.")]
    [InlineData("""{ "WarnAt": "40 MB" }""", "RateLimiting:Memory:WarnAt: '40 MB' → a whole number of megabytes from 1 to 1_000_000.")]
    [InlineData("""{ "AlertAt": 30 }""", "RateLimiting:Memory:AlertAt: 30 → at least WarnAt, which is 40.")]
    [InlineData("""{ "AlretAt": 30 }""", "RateLimiting:Memory:AlretAt: unknown key → perhaps 'AlertAt'; known here are WarnAt, AlertAt.")]
    public void What_is_wrong_is_said(string memory, string fault) =>
        Configured.Faults(Configured.Json($$"""{ "RateLimiting": { "Memory": {{memory}}, "Services": { "a": { "Limits": "5/s" } } } }""")).ShouldBe([fault]);

    private static ReloadableSource Source(params (string Key, string? Value)[] more) =>
        new([("Services:a:Limits", "1000000/s"), ("Services:a:Tenants:Limits", "1000/s"), .. more]);

    private static void Fill(IServiceRateLimiter limiter, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            limiter.TryAcquire(new AdmissionRequest { Tenant = $"tenant {i}" }).Lease.ShouldNotBeNull().Dispose();
        }
    }

    private ServiceProvider Container(IConfiguration configuration, Action<IServiceCollection>? add = null) => Configured.Container(configuration, services =>
    {
        services.AddLogging(logging => logging.AddProvider(_log).SetMinimumLevel(LogLevel.Information)).AddSingleton<TimeProvider>(_time).AddServiceRateLimiting("a");
        add?.Invoke(services);
    });

    private sealed class NoAlerts : IAlertBook
    {
        public IReadOnlyList<Alert> Open => [];

        public IReadOnlyList<Alert> Past => [];

        public bool Acknowledge(string id, string? by = null) => false;
    }
}
