using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>The line beside a reference that is a sorted list: random arrivals, costs, priorities, deadlines, cancellations, overflows, in virtual time.</summary>
public sealed class LineModelTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 150)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Everybody_leaves_the_line_when_and_how_the_reference_says(int seed)
    {
        var random = new Random(seed);
        LimitRule[] rules = [RuleOf(random), RuleOf(random)];
        var overflow = random.Next(2) == 0 ? QueueOverflow.RefuseNewest : QueueOverflow.DropLowestPriority;
        var length = random.Next(1, 12);
        var most = random.Next(20, 200);
        using var bed = new AdmissionBed();
        var definition = Define(new LimitDefinition("r", Requests, rules[0]), new LimitDefinition("t", Tokens, rules[1])) with
        {
            Queue = new QueueDefinition
            {
                Length = length,
                Overflow = overflow,
                Timeout = Ms(40),
                Ageing = TimeSpan.FromDays(1),
                Costs = new Dictionary<string, long>(StringComparer.Ordinal) { [Tokens] = most },
            },
        };
        var service = bed.Serve(definition);
        var model = new ReferenceLine(rules, length, most, overflow);
        var pending = new List<(Waiter Waiter, ReferenceLine.Entry Entry, CancellationTokenSource Source)>();
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(5))
            {
                case < 3:
                    Arrive();
                    break;
                case 3 when pending.Count > 0:
                    var (_, entry, source) = pending[random.Next(pending.Count)];
                    source.Cancel();
                    model.Cancel(entry, bed.Now.Ticks);
                    break;
                default:
                    bed.Advance(Ms(1));
                    model.Look(bed.Now.Ticks);
                    break;
            }

            Compare($"seed {seed}, step {step}");
        }

        service.GetStatus().Line.Sum(static each => each.Waiting).ShouldBe(model.Count);
        pending.ForEach(static each => each.Source.Dispose());

        void Arrive()
        {
            var priority = (RequestPriority)random.Next(-2, 3);
            var (requests, tokens) = (random.Next(1, (int)rules[0].Capacity + 1), random.Next(0, (int)rules[1].Capacity + 1));
            var timeout = random.Next(3) switch { 0 => (TimeSpan?)null, 1 => Timeout.InfiniteTimeSpan, _ => Ms(random.Next(60, 100)) };
            var source = new CancellationTokenSource();
            var request = new AdmissionRequest { Priority = priority, Timeout = timeout, Costs = [new UnitCost(Requests, requests), new UnitCost(Tokens, tokens)] };
            var waiter = Waiter.Enter(service, request, $"step {pending.Count}", source.Token);
            var entry = new ReferenceLine.Entry { Priority = priority, Costs = [requests, tokens], Timeout = (timeout ?? Ms(40)).Ticks };
            var isRefusedAtOnce = waiter.IsDone && waiter.Reason == RejectionReason.Timeout;
            if (isRefusedAtOnce)
            {
                // Whether a wait is known to be too long is an estimate while others wait; it never refuses who would have gone at once.
                model.WouldGoAtOnce(entry, bed.Now.Ticks).ShouldBeFalse($"seed {seed}");
                waiter.Refusal!.RetryAfter.ShouldNotBeNull().Ticks.ShouldBeGreaterThan(entry.Timeout);
                source.Dispose();
                return;
            }

            model.Arrive(entry, bed.Now.Ticks);
            pending.Add((waiter, entry, source));
        }

        void Compare(string context)
        {
            foreach (var (waiter, entry, _) in pending)
            {
                var outcome = !waiter.IsDone ? "waits" : waiter.IsAdmitted ? "admitted" : waiter.IsCancelled ? "cancelled" : waiter.Reason.ToString();
                outcome.ShouldBe(entry.Outcome, $"{context}: {entry.Priority} costing {string.Join('/', entry.Costs)}");
            }

            foreach (var each in pending.Where(static each => each.Waiter.IsDone))
            {
                each.Source.Dispose();
            }

            pending.RemoveAll(static each => each.Waiter.IsDone);
        }
    }

    private static LimitRule RuleOf(Random random) => random.Next(3) switch
    {
        0 => new SlidingWindow(random.Next(1, 40), random.Next(1, 30) * TimeSpan.TicksPerMillisecond),
        1 => new TokenBucket(random.Next(1, 10), random.Next(1, 10) * TimeSpan.TicksPerMillisecond, random.Next(1, 40)),
        _ => new FixedWindow(random.Next(1, 40), random.Next(1, 30) * TimeSpan.TicksPerMillisecond, WindowAnchor.FirstUse),
    };
}
