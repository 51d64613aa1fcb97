using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Admission;

/// <summary>
/// Short histories of three threads on one store, each searched for a legal order (Wing and Gong, 1993). The specification is the pure arithmetic of <c>Limits</c>, run in one thread.
/// </summary>
public sealed class LinearizabilityTests
{
    private const int Histories = 3000;
    private const int Threads = 3;
    private const int Quota = 4;

    private static readonly long Hour = TimeSpan.FromHours(1).Ticks;

    public enum Kind
    {
        TokenBucket,
        SlidingWindow,
        FixedWindow,
        Concurrency,
        WindowAndConcurrency,
    }

    [Theory]
    [InlineData(Kind.TokenBucket)]
    [InlineData(Kind.SlidingWindow)]
    [InlineData(Kind.FixedWindow)]
    [InlineData(Kind.Concurrency)]
    [InlineData(Kind.WindowAndConcurrency)]
    public void Every_history_of_the_store_has_a_legal_order(Kind kind)
    {
        var rules = RulesOf(kind);
        var found = Search(rules, seed: (int)kind, () => new StoreUnderTest(rules), out var overlapping);

        found.ShouldBeNull();
        overlapping.ShouldBeGreaterThan(Histories / 10, "the threads hardly met");
    }

    [Theory]
    [InlineData(Kind.TokenBucket)]
    [InlineData(Kind.Concurrency)]
    [InlineData(Kind.WindowAndConcurrency)]
    public void A_store_that_decides_and_then_charges_is_caught(Kind kind)
    {
        var rules = RulesOf(kind);
        Search(rules, seed: (int)kind, () => new RacyStore(rules), out _).ShouldNotBeNull();
    }

    private static LimitRule[] RulesOf(Kind kind) => kind switch
    {
        Kind.TokenBucket => [new TokenBucket(1, Hour, Quota)],
        Kind.SlidingWindow => [new SlidingWindow(Quota, Hour)],
        Kind.FixedWindow => [new FixedWindow(Quota, Hour)],
        Kind.Concurrency => [new Concurrency(Quota)],
        _ => [new SlidingWindow(Quota + 2, Hour), new Concurrency(Quota)],
    };

    /// <summary>The first history without a legal order, as text; null if all have one.</summary>
    private static string? Search(LimitRule[] rules, int seed, Func<IStore> make, out int overlapping)
    {
        var random = new Random(seed);
        var histories = 0;
        var (store, scripts, log) = (make(), new Queue<Operation>[Threads], new List<Operation>());
        string? illegal = null;
        var (met, started) = (0, 0);
        using var barrier = new Barrier(Threads, _ =>
        {
            if (log.Count > 0)
            {
                var history = log.OrderBy(static operation => operation.Start).ToList();
                met += history.Zip(history.Skip(1), static (a, b) => b.Start < a.End).Any(static overlaps => overlaps) ? 1 : 0;
                illegal ??= History.IsLegal(rules, history) ? null : $"seed {seed}, history {histories}: {string.Join("; ", history)}";
                store.Dispose();
                histories++;
            }

            store = make();
            log = [];
            for (var thread = 0; thread < Threads; thread++)
            {
                scripts[thread] = new Queue<Operation>(Enumerable.Range(0, random.Next(2, 4)).Select(_ => new Operation { Thread = thread, Cost = random.Next(1, 3), Releases = random.Next(3) == 0, Spin = random.Next(30) }));
            }
        });
        var threads = Enumerable.Range(0, Threads).Select(index => new Thread(() => Work(index))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join(TimeSpan.FromMinutes(10)).ShouldBeTrue("a thread hangs"));
        store.Dispose();
        overlapping = met;
        return illegal;

        void Work(int index)
        {
            for (var i = 0; i < Histories; i++)
            {
                barrier.SignalAndWait();
                if (illegal is not null)
                {
                    continue;
                }

                // The barrier lets its threads go one after the other; from here they start together.
                Interlocked.Increment(ref started);
                var wait = default(SpinWait);
                while (Volatile.Read(ref started) < Threads * (i + 1))
                {
                    wait.SpinOnce(sleep1Threshold: -1);
                }

                var held = new Queue<(object Lease, Operation Admission)>();
                var done = new List<Operation>();
                foreach (var operation in scripts[index])
                {
                    Thread.SpinWait(operation.Spin);
                    var isRelease = operation.Releases && held.Count > 0;
                    var (lease, admission) = isRelease ? held.Dequeue() : default;
                    var start = Ticks();
                    if (operation.Spin % 2 == 0)
                    {
                        // Another thread's turn, after this operation has begun.
                        Thread.Yield();
                    }

                    var granted = isRelease ? null : store.TryAdmit(operation.Cost);
                    if (isRelease)
                    {
                        store.GiveBack(lease);
                    }

                    var ended = operation with { Start = start, End = Ticks(), IsAdmitted = granted is not null, Undoes = admission };
                    done.Add(ended);
                    if (granted is not null)
                    {
                        held.Enqueue((granted, ended));
                    }
                }

                lock (log)
                {
                    log.AddRange(done);
                }
            }

            barrier.SignalAndWait();
        }
    }

    private static long Ticks() => TimeProvider.System.GetTimestamp();

    private interface IStore : IDisposable
    {
        object? TryAdmit(long cost);

        void GiveBack(object lease);
    }

    internal sealed record Operation
    {
        public int Thread { get; init; }

        public long Cost { get; init; }

        public bool Releases { get; init; }

        public int Spin { get; init; }

        public long Start { get; init; }

        public long End { get; init; }

        public bool IsAdmitted { get; init; }

        /// <summary>The admission that it gives back; null where it asks for one.</summary>
        public Operation? Undoes { get; init; }

        public override string ToString() => $"thread {Thread} [{Start}, {End}] {(Undoes is null ? $"admit {Cost}: {IsAdmitted}" : $"give back {Undoes.Cost}")}";
    }

    private static class History
    {
        public static bool IsLegal(LimitRule[] rules, List<Operation> operations) => IsLegal(rules, operations, []);

        private static bool IsLegal(LimitRule[] rules, List<Operation> pending, List<Operation> order)
        {
            if (pending.Count == 0)
            {
                return true;
            }

            // An operation may go first only if it began before every other ended.
            var horizon = pending.Min(static operation => operation.End);
            foreach (var next in pending.Where(operation => operation.Start <= horizon))
            {
                List<Operation> longer = [.. order, next];
                if (IsAsSpecified(rules, longer) && IsLegal(rules, [.. pending.Where(operation => !ReferenceEquals(operation, next))], longer))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>Runs an order in one thread on the pure arithmetic and looks whether its last answer is the one that was given.</summary>
        private static bool IsAsSpecified(LimitRule[] rules, List<Operation> order)
        {
            var states = new LimitState[rules.Length];
            var receipts = new Dictionary<Operation, long[]>(ReferenceEqualityComparer.Instance);
            var at = new Moment(0);
            var answer = false;
            foreach (var operation in order)
            {
                if (operation.Undoes is { } undone)
                {
                    if (!receipts.TryGetValue(undone, out var charged))
                    {
                        return false;
                    }

                    for (var i = 0; i < rules.Length; i++)
                    {
                        rules[i].GiveBack(ref states[i], at, charged[i], undone.Cost);
                    }

                    continue;
                }

                answer = rules.Index().All(each => each.Item.Earliest(ref states[each.Index], at, operation.Cost) <= at.Now);
                if (answer)
                {
                    receipts[operation] = [.. rules.Index().Select(each => each.Item.Charge(ref states[each.Index], at, operation.Cost))];
                }
            }

            return order[^1].Undoes is not null || answer == order[^1].IsAdmitted;
        }
    }

    /// <summary>The store behind a service, by all ways in: with a ticket and without one.</summary>
    private sealed class StoreUnderTest : IStore
    {
        private readonly RateLimitingTelemetry _telemetry = new();
        private readonly InProcessStore _store = new(new SlowTime(), []);
        private readonly ServiceLimiter _service;

        public StoreUnderTest(LimitRule[] rules) =>
            _service = new ServiceLimiter(AdmissionBed.Define([.. rules.Select((rule, i) => new LimitDefinition($"l{i}", UnitCost.Requests, rule))]), _store, _telemetry.For("s"));

        public object? TryAdmit(long cost) => _service.TryAcquire(AdmissionBed.Costing(cost)).Lease;

        public void GiveBack(object lease) => ((ServiceLease)lease).GiveBack();

        public void Dispose()
        {
            _service.Dispose();
            _store.Dispose();
            _telemetry.Dispose();
        }
    }

    /// <summary>Time that stands still and is slow to say so: it is read under the store's gate, which the other threads then find taken.</summary>
    private sealed class SlowTime : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Thread.Yield();
            return 0;
        }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new ManualTimeProvider().CreateTimer(callback, state, dueTime, period);
    }

    /// <summary>What must be caught: it looks under a lock, and charges under a lock, but not under the same.</summary>
    private sealed class RacyStore(LimitRule[] rules) : IStore
    {
        private readonly Lock _lock = new();
        private readonly LimitState[] _states = new LimitState[rules.Length];

        public object? TryAdmit(long cost)
        {
            lock (_lock)
            {
                if (!rules.Index().All(each => each.Item.Earliest(ref _states[each.Index], new Moment(0), cost) <= 0))
                {
                    return null;
                }
            }

            Thread.SpinWait(200);
            Thread.Yield();
            lock (_lock)
            {
                return rules.Index().Select(each => (each.Item.Charge(ref _states[each.Index], new Moment(0), cost), cost)).ToArray();
            }
        }

        public void GiveBack(object lease)
        {
            lock (_lock)
            {
                foreach (var (i, (receipt, cost)) in (((long, long)[])lease).Index())
                {
                    rules[i].GiveBack(ref _states[i], new Moment(0), receipt, cost);
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
