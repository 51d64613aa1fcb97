using RateLimited.Http.Admission;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Between tenants of one priority, and over time.</summary>
public sealed class FairnessTests : IDisposable
{
    private readonly AdmissionBed _bed = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    public void Dispose() => _bed.Dispose();

    /// <summary>Between any two tenants that always wait, over any interval: |S_i/w_i − S_j/w_j| ≤ Q + 2·Max (Shreedhar and Varghese, 1995). Here Q is Max.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_tenants_get_in_any_interval_differs_by_no_more_than_the_bound(int seed)
    {
        const int Steps = 300;
        var random = new Random(seed);
        var most = random.Next(1, 30);
        var weights = Enumerable.Range(0, random.Next(2, 6)).Select(_ => random.Next(1, 5)).ToArray();
        var classes = weights.Select((weight, i) => new TenantClassDefinition($"c{i}", [], [$"t{i}"], weight)).ToList();
        var service = _bed.Serve(Define(Bucket("b", most, Ms(1), burst: most)) with { TenantClasses = classes });
        Waiter.Enter(service, Costing(most), token: TestContext.Current.CancellationToken).IsAdmitted.ShouldBeTrue();
        var lines = weights.Select(_ => new Queue<(Waiter Waiter, long Cost)>()).ToArray();
        var served = weights.Select(_ => new long[Steps + 1]).ToArray();
        long Served(int tenant) => served[tenant].Sum();
        for (var step = 0; step <= Steps; step++)
        {
            for (var tenant = 0; tenant < lines.Length; tenant++)
            {
                Fill(tenant);
            }

            _bed.Advance(Ms(1));
            for (var tenant = 0; tenant < lines.Length; tenant++)
            {
                served[tenant][step] = (step == 0 ? 0 : served[tenant][step - 1]) + Drain(lines[tenant]);
            }
        }

        for (var i = 0; i < lines.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var difference = Enumerable.Range(0, Steps + 1).Select(step => ((double)served[i][step] / weights[i]) - ((double)served[j][step] / weights[j])).Prepend(0).ToList();
                (difference.Max() - difference.Min()).ShouldBeLessThanOrEqualTo(3 * most, $"seed {seed}: tenants {i} and {j} of weights {weights[i]} and {weights[j]}");
            }
        }

        Served(0).ShouldBeGreaterThan(0);

        void Fill(int tenant)
        {
            // More than one step can take, so that every tenant always waits.
            while (lines[tenant].Count < 2 * most * weights[tenant] / 1 + 8)
            {
                var cost = random.Next(1, most + 1);
                lines[tenant].Enqueue((Waiter.Enter(service, Costing(cost, $"t{tenant}"), token: TestContext.Current.CancellationToken), cost));
            }
        }
    }

    [Fact]
    public void A_flood_of_one_tenant_costs_another_no_more_than_its_turn()
    {
        var service = _bed.Serve(Bucket("b", 1, Ms(1), burst: 1));
        for (var i = 0; i < 500; i++)
        {
            Enter(service, Of(tenant: "flood"));
        }

        var other = Enter(service, Of(tenant: "other"));
        _bed.Advance(Ms(3));

        other.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_tenant_that_was_idle_has_saved_up_nothing()
    {
        var service = _bed.Serve(Bucket("b", 1, Ms(1), burst: 1));
        var busy = Enumerable.Range(0, 300).Select(_ => Enter(service, Of(tenant: "busy"))).ToList();
        Enter(service, Of(tenant: "idle"));
        _bed.Advance(Ms(100));
        var late = Enumerable.Range(0, 100).Select(_ => Enter(service, Of(tenant: "idle"))).ToList();
        var before = busy.Count(static waiter => waiter.IsAdmitted);

        _bed.Advance(Ms(50));

        (busy.Count(static waiter => waiter.IsAdmitted) - before).ShouldBeInRange(23, 27);
        late.Count(static waiter => waiter.IsAdmitted).ShouldBeInRange(23, 27);
    }

    [Fact]
    public void A_waiter_rises_one_class_after_each_ageing_time_and_so_nobody_starves()
    {
        var definition = Define(Bucket("b", 1, Ms(1), burst: 1));
        var service = _bed.Serve(definition with { Queue = definition.Queue with { Ageing = Ms(20) } });
        Enter(service, Of());
        var background = Enter(service, Of(RequestPriority.Background));
        var low = Enter(service, Of(RequestPriority.Low));
        var goneAt = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var at = 1; at <= 120; at++)
        {
            // A steady stream of the highest class takes all there is: only its own ageing lets the others go.
            Enter(service, Of(RequestPriority.Critical));
            _bed.Advance(Ms(1));
            Note("low", low, at);
            Note("background", background, at);
        }

        // Low reaches the highest class after three ageing times, background after four; there each waits for its turn in the tenant's order.
        goneAt["low"].ShouldBeInRange(60, 62);
        goneAt["background"].ShouldBeInRange(80, 82);

        void Note(string name, Waiter waiter, int at)
        {
            if (waiter.IsAdmitted)
            {
                goneAt.TryAdd(name, at);
            }
        }
    }

    [Fact]
    public void Reloads_do_not_set_ageing_back()
    {
        var definition = Define(Bucket("b", 1, Ms(1), burst: 1));
        definition = definition with { Queue = definition.Queue with { Ageing = Ms(20) } };
        var service = _bed.Serve(definition);
        Enter(service, Of());
        var background = Enter(service, Of(RequestPriority.Background));
        for (var at = 1; at <= 90; at++)
        {
            Enter(service, Of(RequestPriority.Critical));
            service.Apply(definition with { Limits = [Bucket("b", 1, Ms(1), burst: 1)] });
            _bed.Advance(Ms(1));
        }

        background.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_look_that_comes_late_ages_by_all_that_was_waited()
    {
        var definition = Define(Window("w", 1, TimeSpan.FromMinutes(10)));
        var service = _bed.Serve(definition with { Queue = definition.Queue with { Ageing = TimeSpan.FromSeconds(30) } });
        Enter(service, Of());
        var background = Enter(service, Of(RequestPriority.Background, tenant: "a"));
        _bed.Advance(TimeSpan.FromMinutes(9));
        Enter(service, Of(RequestPriority.Normal, tenant: "b"));

        _bed.Advance(TimeSpan.FromMinutes(1));

        background.IsAdmitted.ShouldBeTrue("it has waited for twenty ageing times");
    }

    private static long Drain(Queue<(Waiter Waiter, long Cost)> line)
    {
        var sum = 0L;
        while (line.TryPeek(out var first) && first.Waiter.IsAdmitted)
        {
            sum += line.Dequeue().Cost;
        }

        line.ShouldAllBe(static each => !each.Waiter.IsAdmitted, "a tenant's requests go in the order they came");
        return sum;
    }

    private static Waiter Enter(ServiceLimiter service, AdmissionRequest request) => Waiter.Enter(service, request, token: TestContext.Current.CancellationToken);
}
