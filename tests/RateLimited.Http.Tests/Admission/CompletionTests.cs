using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Where whoever leaves the line goes on: on the pool, or at once where a simulation wants all on one thread.</summary>
public sealed class CompletionTests
{
    [Fact]
    public void Inline_whoever_is_let_go_goes_on_before_the_one_who_made_room_does()
    {
        using var bed = new InlineBed();
        var (first, waiting) = (bed.Admit(), bed.Admit());
        var ran = new List<string>();
        waiting.GetAwaiter().UnsafeOnCompleted(() => ran.Add($"waiter on {Environment.CurrentManagedThreadId}"));

        first.Result.Complete();
        ran.Add("releaser");

        ran.ShouldBe([$"waiter on {Environment.CurrentManagedThreadId}", "releaser"]);
        waiting.Result.Complete();
    }

    [Fact]
    public void Inline_whoever_goes_on_may_ask_again_and_release_for_the_lock_is_not_held()
    {
        using var bed = new InlineBed();
        var first = bed.Admit();
        var order = new List<int>();
        var pending = Enumerable.Range(0, 5).Select(_ => bed.Admit()).ToArray();
        for (var i = 0; i < pending.Length; i++)
        {
            var (number, admission) = (i, pending[i]);
            admission.GetAwaiter().UnsafeOnCompleted(() =>
            {
                order.Add(number);
                bed.Limiter.GetStatus().InFlight.ShouldBe(1);
                admission.Result.Complete();
            });
        }

        first.Result.Complete();

        order.ShouldBe([0, 1, 2, 3, 4]);
        bed.Limiter.GetStatus().InFlight.ShouldBe(0);
    }

    private sealed class InlineBed : IDisposable
    {
        private readonly RateLimitingTelemetry _telemetry = new();
        private readonly InProcessStore _store = new(new Http.Testing.ManualTimeProvider(), []);

        public InlineBed() => Limiter = new ServiceLimiter(AdmissionBed.Define(AdmissionBed.Slots("one", 1)), _store, _telemetry.For("s"), Completion.Inline);

        public ServiceLimiter Limiter { get; }

        public ValueTask<AdmissionTicket> Admit() => Limiter.AdmitAsync(default, CancellationToken.None);

        public void Dispose()
        {
            Limiter.Dispose();
            _store.Dispose();
            _telemetry.Dispose();
        }
    }
}
