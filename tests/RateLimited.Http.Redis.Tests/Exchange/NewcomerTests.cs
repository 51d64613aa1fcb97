using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>What a process that joins a fleet makes of what the others know. Virtual time.</summary>
public sealed class NewcomerTests : IDisposable
{
    private const int Quota = 20;

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly ScriptedStore _store = new();
    private readonly ServiceLimiter _limiter;

    public NewcomerTests()
    {
        var definition = new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("own", UnitCost.Requests, new SlidingWindow(Quota, TimeSpan.TicksPerMinute))], ArrivalGuard = TimeSpan.Zero };
        _limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), _telemetry.For("s"), shared: _store);
        _limiter.ExpectAnswers();
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_joins_asks_first_where_others_were_told_of_the_quota(bool wereTold)
    {
        var waiting = Enumerable.Range(0, Quota).Select(_ => _limiter.AdmitAsync(default, Ended).AsTask()).ToArray();
        var call = await _store.NextAsync();
        call.Exchange.Join.ShouldBeTrue();
        call.Exchange.IsTold = wereTold;

        call.Grant();
        var asked = _store.NextAsync();
        while (waiting.Count(static each => each.IsCompleted) < (wereTold ? 1 : Quota))
        {
            var next = await Task.WhenAny([asked, .. waiting.Where(static each => !each.IsCompleted)]).WaitAsync(TimeSpan.FromSeconds(30), Ended);
            if (next == asked)
            {
                (await asked).Grant();
                asked = _store.NextAsync();
            }
        }

        waiting.Count(static each => each.IsCompleted).ShouldBe(wereTold ? 1 : Quota);
        _limiter.GetStatus().Limits.Any(static limit => limit.Name == "first answer").ShouldBe(wereTold);
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _telemetry.Dispose();
    }
}
