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
        var tickets = new List<AdmissionTicket>();
        var ran = new List<string>();
        bed.Admit(tickets.Add);
        bed.Admit(ticket =>
        {
            tickets.Add(ticket);
            ran.Add($"waiter on {Environment.CurrentManagedThreadId}");
        });

        tickets.ShouldHaveSingleItem().Complete();
        ran.Add("releaser");

        ran.ShouldBe([$"waiter on {Environment.CurrentManagedThreadId}", "releaser"]);
        tickets[1].Complete();
    }

    [Fact]
    public void Inline_whoever_goes_on_may_ask_again_and_release_for_the_lock_is_not_held()
    {
        using var bed = new InlineBed();
        var first = default(AdmissionTicket);
        var order = new List<int>();
        bed.Admit(ticket => first = ticket);
        for (var i = 0; i < 5; i++)
        {
            var number = i;
            bed.Admit(ticket =>
            {
                order.Add(number);
                bed.Limiter.GetStatus().InFlight.ShouldBe(1);
                ticket.Complete();
            });
        }

        first!.Complete();

        order.ShouldBe([0, 1, 2, 3, 4]);
        bed.Limiter.GetStatus().InFlight.ShouldBe(0);
    }

    private sealed class InlineBed : IDisposable
    {
        private readonly RateLimitingTelemetry _telemetry = new();
        private readonly InProcessStore _store = new(new Http.Testing.ManualTimeProvider(), []);

        public InlineBed() => Limiter = new ServiceLimiter(AdmissionBed.Define(AdmissionBed.Slots("one", 1)), _store, _telemetry.For("s"), Completion.Inline);

        public ServiceLimiter Limiter { get; }

        /// <summary>Asks, and goes on when it is let go.</summary>
        public void Admit(Action<AdmissionTicket> then)
        {
            var admission = Limiter.AdmitAsync(default, CancellationToken.None).AsTask();
            if (admission.IsCompleted)
            {
                then(admission.Result);
            }
            else
            {
                admission.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => then(admission.Result));
            }
        }

        public void Dispose()
        {
            Limiter.Dispose();
            _store.Dispose();
            _telemetry.Dispose();
        }
    }
}
