using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Tests.Admission;
using static RateLimited.Http.Tests.Admission.AdmissionBed;
using static RateLimited.Http.Tests.Keys.KeyedBed;

namespace RateLimited.Http.Tests.Keys;

/// <summary>Random fleets of keys under random traffic, beside an upstream that keeps a book of what came to each quota.</summary>
public sealed class KeyFleetTests
{
    private static readonly long Window = TimeSpan.FromSeconds(10).Ticks;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 120)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_quota_is_exceeded_no_resting_key_is_used_and_everybody_gets_through(int seed)
    {
        var random = new Random(seed);
        var classes = random.Next(2) == 0;
        var definition = Define() with { TenantClasses = classes ? [new TenantClassDefinition("gold", [], ["g"], 1)] : [] };
        var keys = Fleet(random, classes);
        using var bed = new KeyedBed(definition, (KeySelection)random.Next(5), keys);
        var book = new Book(keys);
        var waiting = new List<(Waiter Waiter, AdmissionRequest Request, CancellationTokenSource Source)>();
        var holding = new List<AdmissionTicket>();

        for (var step = 0; step < 250; step++)
        {
            switch (random.Next(10))
            {
                case < 5:
                    Arrive();
                    break;
                case 5 when waiting.Count > 0:
                    waiting[random.Next(waiting.Count)].Source.Cancel();
                    break;
                case 6 when holding.Count > 0:
                    Answer(holding[random.Next(holding.Count)], step);
                    break;
                default:
                    bed.Bed.Advance(TimeSpan.FromMilliseconds(random.Next(1, 2_000)));
                    break;
            }

            Look($"seed {seed}, step {step}");
        }

        for (var i = 0; i < 4_000 && waiting.Count > 0; i++)
        {
            bed.Bed.Advance(TimeSpan.FromSeconds(1));
            Look($"seed {seed}, afterwards");
        }

        waiting.Count.ShouldBe(0, $"seed {seed}");
        holding.ForEach(static ticket => ticket.Complete());
        bed.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.InFlight == 0);
        bed.Limiter.GetStatus().InFlight.ShouldBe(0);
        bed.Bed.Advance(TimeSpan.FromMinutes(10));
        bed.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.Headroom == 1 && key.State == KeyState.Active);

        void Arrive()
        {
            var source = new CancellationTokenSource();
            var request = new AdmissionRequest
            {
                Tenant = random.Next(3) switch { 0 => "g", 1 => "t", _ => null },
                Priority = (RequestPriority)random.Next(-1, 2),
                Costs = random.Next(2) == 0 ? null : [new UnitCost(Tokens, random.Next(1, 11))],
                Key = random.Next(6) == 0 ? new KeyWish(null, [keys[random.Next(keys.Length)].Name]) : null,
            };
            if (MayTake(request).Any())
            {
                waiting.Add((Waiter.Enter(bed.Limiter, request, "request", source.Token), request, source));
            }
        }

        IEnumerable<TestKey> MayTake(AdmissionRequest request) =>
            keys.Where(key => (key.Classes.Length == 0 || (classes && request.Tenant == "g")) && request.Key?.Without.Contains(key.Name) != true);

        void Answer(AdmissionTicket ticket, int at)
        {
            var key = ticket.Key!.Chosen!;
            if (at % 3 == 0)
            {
                var wait = TimeSpan.FromSeconds(random.Next(1, 20));
                bed.Limit(ticket, wait);
                book.Rest(key.Name, bed.Bed.Now.Ticks + wait.Ticks);
            }
            else
            {
                bed.Ring.Accept(ticket, bed.Limiter);
            }

            holding.Remove(ticket);
            ticket.Complete();
        }

        void Look(string where)
        {
            for (var i = waiting.Count - 1; i >= 0; i--)
            {
                var (waiter, request, source) = waiting[i];
                if (!waiter.IsDone)
                {
                    continue;
                }

                waiting.RemoveAt(i);
                source.Dispose();
                waiter.Refusal.ShouldBeNull(where);
                if (waiter.IsAdmitted)
                {
                    var ticket = waiter.Hold();
                    MayTake(request).Select(static key => key.Name).ShouldContain(ticket.Key!.Chosen!.Name, where);
                    book.Admit(ticket.Key.Chosen.Name, ticket.ChargedAt, ticket.Costs is { } costs ? costs[0].Amount : 0, where);
                    holding.Add(ticket);
                }
            }
        }
    }

    [Theory]
    [InlineData(KeySelection.MostHeadroom)]
    [InlineData(KeySelection.RoundRobin)]
    [InlineData(KeySelection.LeastRecentlyUsed)]
    [InlineData(KeySelection.Weighted)]
    public void Keys_of_equal_limits_are_used_equally_within_five_percent(KeySelection how)
    {
        const int Keys = 4;
        using var bed = new KeyedBed(Define(PerKey(Bucket("rpm", 600, TimeSpan.FromMinutes(1), burst: 5)), PerKey(Bucket("tpm", 60_000, TimeSpan.FromMinutes(1), burst: 500, Tokens))), how,
            [.. Enumerable.Range(0, Keys).Select(static i => new TestKey($"k{i}"))]);
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var waiter = bed.Enter(Of(tokens: random.Next(10, 190)));
            while (!waiter.IsDone)
            {
                bed.Bed.Advance(TimeSpan.FromMilliseconds(1));
            }

            waiter.Complete();
        }

        var used = bed.Limiter.GetStatus().Keys.Select(static key => key.Requests).ToArray();
        used.Sum().ShouldBe(10_000);
        used.ShouldAllBe(static each => Math.Abs(each - (10_000 / Keys)) <= 10_000 / Keys * 5 / 100);
    }

    [Fact]
    public void One_key_that_is_out_starves_nobody_and_the_others_are_used_to_the_full()
    {
        using var bed = new KeyedBed(Define(PerKey(Window("w", 10, TimeSpan.FromSeconds(10)))), KeySelection.MostHeadroom, new TestKey("a"), new TestKey("b"), new TestKey("c"));
        bed.Ring.Rest(bed.Go(new AdmissionRequest { Key = new KeyWish(null, ["b", "c"]) }), new Verdict(ResponseKind.Exhausted, ResponseScope.Key) { Horizon = QuotaHorizon.PacificMidnight }, bed.Limiter);
        var waiters = Enumerable.Range(0, 200).Select(i => bed.Enter(new AdmissionRequest { Tenant = $"t{i % 7}" })).ToArray();

        bed.Bed.Advance(TimeSpan.FromSeconds(90));

        waiters.ShouldAllBe(static waiter => waiter.IsAdmitted);
        bed.Status("a").Requests.ShouldBe(1);
        bed.Status("b").Requests.ShouldBe(100);
        bed.Status("c").Requests.ShouldBe(100);
    }

    private static TestKey[] Fleet(Random random, bool hasClasses)
    {
        var count = random.Next(1, 6);
        var keys = new TestKey[count];
        for (var i = 0; i < count; i++)
        {
            var group = random.Next(3) == 0 ? "org" : null;
            var isFirst = group is null || !keys[..i].Any(static key => key.Group is not null);
            LimitDefinition[] limits = isFirst
                ? [AdmissionBed.Window("requests", random.Next(1, 8), new TimeSpan(Window)), AdmissionBed.Window("tokens", random.Next(10, 40), new TimeSpan(Window), Tokens)]
                : [];
            keys[i] = new TestKey($"k{i}", limits) { Group = group, Weight = random.Next(1, 4), Classes = hasClasses && i > 0 && random.Next(3) == 0 ? ["gold"] : [] };
        }

        return keys;
    }

    /// <summary>What came to each quota, and until when keys rest.</summary>
    private sealed class Book(TestKey[] keys)
    {
        private readonly Dictionary<string, List<(long At, long Tokens)>> _admitted = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _restUntil = new(StringComparer.Ordinal);

        public void Rest(string key, long until) => _restUntil[QuotaOf(key)] = Math.Max(_restUntil.GetValueOrDefault(QuotaOf(key)), until);

        public void Admit(string key, long at, long tokens, string where)
        {
            var quota = QuotaOf(key);
            at.ShouldBeGreaterThanOrEqualTo(_restUntil.GetValueOrDefault(quota), $"{where}: {key} rests");
            if (!_admitted.TryGetValue(quota, out var admitted))
            {
                _admitted[quota] = admitted = [];
            }

            admitted.Add((at, tokens));
            var limits = keys.First(each => QuotaOf(each.Name) == quota && each.Limits.Length > 0).Limits;
            foreach (var (end, _) in admitted)
            {
                var within = admitted.Where(each => each.At <= end && each.At > end - Window).ToArray();
                ((long)within.Length).ShouldBeLessThanOrEqualTo(limits[0].Rule.Quota, $"{where}: {quota}");
                within.Sum(static each => each.Tokens).ShouldBeLessThanOrEqualTo(limits[1].Rule.Quota, $"{where}: {quota}");
            }
        }

        private string QuotaOf(string key) => keys.Single(each => each.Name == key).Group ?? key;
    }
}
