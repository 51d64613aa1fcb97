using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Testing;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Those who go one behind the other: admitted in one step as they would be one by one, and queued so that anybody may leave.</summary>
public sealed class RunTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_run_is_admitted_as_its_requests_one_by_one(int seed)
    {
        var random = new Random(seed);
        LimitDefinition[] limits = [.. Enumerable.Range(0, random.Next(1, 4)).Select(index => LimitOf(random, index))];
        var definition = Define(limits) with { ArrivalGuard = random.Next(2) == 0 ? TimeSpan.Zero : Ms(1) };
        var time = new ManualTimeProvider();
        using var store = new InProcessStore(time, []);
        using var other = new InProcessStore(time, []);
        var (inRuns, oneByOne) = (new BoundService(definition, store), new BoundService(definition, other));
        var (longest, refused) = (0, 0);
        for (var step = 0; step < 60; step++)
        {
            var request = Of(tenant: random.Next(2) == 0 ? "a" : "b");
            AdmissionRequest[] requests = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => request with { Costs = random.Next(3) == 0 ? null : [new(Requests, random.Next(1, 4)), new(Tokens, random.Next(9))] })];
            var run = Array.ConvertAll(requests, each => TicketOf(inRuns, each));
            var alone = Array.ConvertAll(requests, each => TicketOf(oneByOne, each));

            var admitted = store.AdmitRun(run, out var answer);

            var expected = 0;
            var last = default(Decision);
            while (expected < alone.Length && (last = other.Admit(alone[expected])).IsAdmitted)
            {
                expected++;
            }

            var at = $"seed {seed}, step {step}";
            admitted.ShouldBe(expected, at);
            answer.IsAdmitted.ShouldBe(last.IsAdmitted, at);
            answer.Earliest.ShouldBe(last.Earliest, at);
            (answer.Refused?.Limit.Definition, answer.Refused?.Key).ShouldBe((last.Refused?.Limit.Definition, last.Refused?.Key), at);
            for (var i = 0; i < admitted; i++)
            {
                run[i].ChargedAt.ShouldBe(alone[i].ChargedAt, at);
                run[i].Charges.ToArray().Select(static each => (each.Cost, each.Receipt, each.Partition.State.Mark, each.Partition.State.Count))
                    .ShouldBe(alone[i].Charges.ToArray().Select(static each => (each.Cost, each.Receipt, each.Partition.State.Mark, each.Partition.State.Count)), at);
                store.Settle(run[i], giveBack: i % 3 == 0).ShouldBe(other.Settle(alone[i], giveBack: i % 3 == 0), at);
            }

            inRuns.Admitted.Value.ShouldBe(oneByOne.Admitted.Value, at);
            if (random.Next(40) == 0)
            {
                var outcome = new RequestOutcome { RetryAfter = Ms(random.Next(5)) };
                store.Signal(inRuns, outcome);
                other.Signal(oneByOne, outcome);
            }

            longest = Math.Max(longest, admitted);
            refused += admitted < run.Length ? 1 : 0;
            time.Advance(Ms(random.Next(4)));
        }

        inRuns.Dispose();
        oneByOne.Dispose();
        longest.ShouldBeGreaterThan(2, $"seed {seed}");
        refused.ShouldBeGreaterThan(0, $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_queue_keeps_its_order_whoever_leaves(int seed)
    {
        var random = new Random(seed);
        var queue = new TicketQueue<InLane>();
        var expected = new List<AdmissionTicket>();
        var joins = random.Next(3, 7);
        for (var step = 0; step < 2_000; step++)
        {
            // It grows for a while, then shrinks to nothing, and begins anew.
            var isGrowing = step / 250 % 2 == 0;
            if (expected.Count == 0 || random.Next(10) < (isGrowing ? joins : 3))
            {
                var ticket = new AdmissionTicket();
                queue.AddLast(ticket);
                expected.Add(ticket);
            }
            else
            {
                var index = random.Next(3) switch { 0 => 0, 1 => expected.Count - 1, _ => random.Next(expected.Count) };
                queue.Remove(expected[index]);
                expected.RemoveAt(index);
            }

            queue.Count.ShouldBe(expected.Count);
            queue.First.ShouldBeSameAs(expected.FirstOrDefault());
            var front = queue.Front(most: 16);
            front.Length.ShouldBeLessThanOrEqualTo(16);
            (front.IsEmpty == (expected.Count == 0)).ShouldBeTrue();
            var side = 0;
            while (side < front.Length && front[side] is { } next)
            {
                next.ShouldBeSameAs(expected[side++]);
            }

            (side > 0 || expected.Count == 0).ShouldBeTrue($"seed {seed}, step {step}");
        }
    }

    [Fact]
    public void Whoever_leaves_from_the_middle_takes_the_room_along()
    {
        var queue = new TicketQueue<InLane>();
        var first = new AdmissionTicket();
        queue.AddLast(first);
        var passing = new AdmissionTicket();
        queue.AddLast(passing);
        for (var i = 0; i < 100_000; i++)
        {
            var last = new AdmissionTicket();
            queue.AddLast(last);
            queue.Remove(passing);
            passing = last;
        }

        queue.Count.ShouldBe(2);
        queue.First.ShouldBeSameAs(first);
        queue.Front(int.MaxValue).Length.ShouldBeLessThanOrEqualTo(8);
    }

    private static AdmissionTicket TicketOf(BoundService service, AdmissionRequest request)
    {
        var ticket = new AdmissionTicket();
        ticket.Resolve(service.PlanOf(request), request);
        return ticket;
    }

    private static LimitDefinition LimitOf(Random random, int index)
    {
        LimitRule rule = random.Next(4) switch
        {
            0 => new SlidingWindow(random.Next(4, 40), random.Next(1, 30) * TimeSpan.TicksPerMillisecond),
            1 => new TokenBucket(random.Next(1, 10), random.Next(1, 10) * TimeSpan.TicksPerMillisecond, random.Next(4, 40)),
            2 => new FixedWindow(random.Next(4, 40), random.Next(1, 30) * TimeSpan.TicksPerMillisecond, WindowAnchor.FirstUse),
            _ => new Concurrency(random.Next(10, 40)),
        };
        return new LimitDefinition($"{index}", random.Next(3) == 0 ? Tokens : Requests, rule, random.Next(3) == 0 ? PartitionBy.Tenant : PartitionBy.Service);
    }
}
