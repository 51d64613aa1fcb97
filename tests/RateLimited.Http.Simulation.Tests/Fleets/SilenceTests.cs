using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>Who wants nothing of a shared store says nothing to it.</summary>
public sealed class SilenceTests
{
    [Fact]
    public void A_process_that_was_refused_and_wants_nothing_any_more_falls_silent()
    {
        var time = new ManualTimeProvider();
        using var telemetry = new RateLimitingTelemetry();
        using var store = new InProcessStore(time, []);
        var shared = new RefusingStore();
        var definition = new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("one", UnitCost.Requests, new Concurrency(1))], Queue = new QueueDefinition { Timeout = TimeSpan.FromSeconds(1) } };
        using var limiter = new ServiceLimiter(definition, store, telemetry.For("s"), Completion.Inline, shared);

        var waits = limiter.AdmitAsync(new AdmissionRequest(), CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromMinutes(1));
        var asked = shared.Asked;
        time.Advance(TimeSpan.FromHours(1));

        waits.IsFaulted.ShouldBeTrue();
        asked.ShouldBeGreaterThan(1);
        shared.Asked.ShouldBe(asked);
    }

    /// <summary>Where all is held by others who never release it.</summary>
    private sealed class RefusingStore : ISharedStore, ISharedCounts
    {
        public int Asked { get; private set; }

        public string Name => "refusing";

        public SharedSettings Settings { get; } = new();

        public TimeSpan RemembersFor => TimeSpan.FromSeconds(50);

        public ISharedCounts Open(string service, Action<int> onNews) => this;

        public Task ExchangeAsync(SharedExchange exchange, bool isRetry)
        {
            Asked++;
            foreach (var question in exchange.Questions)
            {
                (question.Wait, question.Refused, question.Again) = (LimitRule.Never, question.Wants[0].Balance, TimeSpan.TicksPerSecond);
            }

            return Task.CompletedTask;
        }
    }
}
