using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>One of several processes of a service that knows of no limit but those that answers tell of. Virtual time.</summary>
internal sealed class ToldBed : IDisposable
{
    public const long Limit = 100;

    /// <summary>Of each of the others the first request may be one that nobody counted.</summary>
    public const int Instances = 4;

    private readonly RateLimitingTelemetry _telemetry = new();

    public ToldBed()
    {
        var definition = new ServiceDefinition { Name = "s", Limits = [], ArrivalGuard = TimeSpan.Zero, Correction = new CorrectionDefinition { Discover = true } };
        Limiter = new ServiceLimiter(definition, new InProcessStore(Time, []), _telemetry.For("s"), shared: Store);
    }

    public static CancellationToken Ended => TestContext.Current.CancellationToken;

    public ManualTimeProvider Time { get; } = new();

    public ScriptedStore Store { get; } = new() { Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.LocalShare, Instances = Instances } };

    public ServiceLimiter Limiter { get; }

    /// <summary>A first request goes of which nothing is known, and its answer tells of the limit. Returns what the store is told of it, to be answered.</summary>
    public async Task<ScriptedStore.Call> LearnAsync(QuotaReport report)
    {
        var first = Limiter.Admit(default, LimitRule.Never, Ended);
        Limiter.Answered(first, [report], Limiter.Now);
        first.Complete();
        return await Store.NextAsync();
    }

    /// <summary>A request asks for its place and has it.</summary>
    public async Task<AdmissionTicket> GoAsync()
    {
        var waiting = Limiter.AdmitAsync(default, Ended).AsTask();
        (await Store.NextAsync()).Grant();
        return await waiting.WaitAsync(TimeSpan.FromSeconds(30), Ended);
    }

    public void Dispose()
    {
        Limiter.Dispose();
        _telemetry.Dispose();
    }
}
