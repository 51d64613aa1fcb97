using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>All limits of a request decide together: global, service, endpoint, tenant, name; and what was charged is what was admitted.</summary>
public sealed class AllOrNothingTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_refusal_takes_nothing_anywhere_and_at_rest_the_books_balance(int seed)
    {
        var random = new Random(seed);
        // No time passes: what was charged stays charged, and can be counted.
        using var bed = new AdmissionBed(Slots("global-slots", random.Next(3, 30)), Window("global", random.Next(20, 120), Ms(1000)));
        var services = new[] { "one", "two" }.Select(name => bed.Serve(Service(random) with { Name = name })).ToList();
        var expected = new Dictionary<(string Service, string Limit), long>();
        var leases = new List<(ServiceLimiter Service, Waiter Waiter, AdmissionRequest Request)>();
        var (admitted, refused) = (0, 0);
        for (var step = 0; step < 250; step++)
        {
            if (random.Next(3) == 0 && leases.Count > 0)
            {
                var index = random.Next(leases.Count);
                var (service, waiter, request) = leases[index];
                leases.RemoveAt(index);
                var givesBack = random.Next(2) == 0;
                var actual = random.Next(0, 9);
                if (givesBack)
                {
                    waiter.GiveBack();
                }
                else
                {
                    waiter.Settle(Tokens, actual);
                    waiter.Complete();
                }

                Book(service, request, (limit, cost) => IsSlots(limit) || givesBack ? -cost : limit == "tokens" ? actual - cost : 0);
            }
            else
            {
                var service = services[random.Next(2)];
                var request = RequestOf(random);
                var waiter = Waiter.Enter(service, request, token: TestContext.Current.CancellationToken);
                if (waiter.IsAdmitted)
                {
                    admitted++;
                    leases.Add((service, waiter, request));
                    Book(service, request, (_, cost) => cost);
                }
                else
                {
                    refused++;
                }
            }

            foreach (var service in services)
            {
                foreach (var limit in service.GetStatus().Limits.Where(static limit => limit.Partition is "service" or "endpoint e"))
                {
                    limit.Used.ShouldBe(expected.GetValueOrDefault((KeyOf(service, limit.Name), limit.Name)), $"seed {seed}, step {step}: {service.Service}/{limit.Name}");
                }
            }
        }

        admitted.ShouldBeGreaterThan(20);
        refused.ShouldBeGreaterThan(5, $"seed {seed}");
        leases.ForEach(static each => each.Waiter.Complete());
        services.ForEach(static service => service.GetStatus().InFlight.ShouldBe(0));
        services[0].GetStatus().Limits.Where(static limit => IsSlots(limit.Name)).ShouldAllBe(static limit => limit.Used == 0);

        void Book(ServiceLimiter service, AdmissionRequest request, Func<string, long, long> change)
        {
            var tokens = request.Costs![0].Amount;
            Add("global-slots", 1);
            Add("global", 1);
            Add("slots", 1);
            Add("tokens", tokens);
            if (request.Endpoint is not null)
            {
                Add("endpoint", 1);
                Add("endpoint-slots", 1);
            }

            void Add(string limit, long cost)
            {
                if (cost > 0)
                {
                    var key = (KeyOf(service, limit), limit);
                    expected[key] = expected.GetValueOrDefault(key) + change(limit, cost);
                }
            }
        }
    }

    [Fact]
    public void A_refusal_by_the_last_limit_takes_nothing_from_the_first()
    {
        using var bed = new AdmissionBed(Window("global", 100, Ms(1000)));
        var service = bed.Serve(Define(Window("service", 100, Ms(1000)), Window("tokens", 100, Ms(1000), Tokens)) with
        {
            Endpoints = [new EndpointDefinition("e", [Window("endpoint", 100, Ms(1000))], ServiceLimits: true)],
            TenantLimits = [Window("tenant", 1, Ms(1000), by: PartitionBy.Tenant)],
        });
        var request = Of(tenant: "t", endpoint: "e", tokens: 5);
        service.TryAcquire(request).IsAdmitted.ShouldBeTrue();

        for (var i = 0; i < 20; i++)
        {
            var refusal = service.TryAcquire(request);
            refusal.IsAdmitted.ShouldBeFalse();
            refusal.Limit.ShouldBe("tenant");
        }

        service.GetStatus().Limits.ShouldAllBe(static limit => limit.Used == (limit.Unit == Tokens ? 5 : 1));
    }

    [Fact]
    public void Of_several_that_refuse_the_longest_is_named_and_waited_for()
    {
        using var bed = new AdmissionBed(Window("hour", 1, TimeSpan.FromHours(1)));
        var service = bed.Serve(Window("second", 1, Ms(1000)), Window("minute", 1, TimeSpan.FromMinutes(1)));
        service.TryAcquire().IsAdmitted.ShouldBeTrue();

        var refusal = service.TryAcquire();

        refusal.Limit.ShouldBe("hour");
        refusal.RetryAfter.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public void Only_the_limits_of_a_requests_own_units_scopes_and_classes_count_it()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Define(Window("service", 9, Ms(1000))) with
        {
            Endpoints = [new EndpointDefinition("own", [Window("endpoint", 9, Ms(1000))], ServiceLimits: false)],
            TenantLimits = [Window("unclassed", 9, Ms(1000), by: PartitionBy.Tenant)],
            TenantClasses = [new TenantClassDefinition("gold", [Window("gold", 9, Ms(1000), by: PartitionBy.Tenant)], ["g"], Weight: 2)],
            TenantClassOf = static tenant => tenant == "called" ? "gold" : null,
        });

        service.TryAcquire(Of(endpoint: "own")).IsAdmitted.ShouldBeTrue();
        Used().ShouldBe(["endpoint 1"]);
        service.TryAcquire(Of(endpoint: "not configured")).IsAdmitted.ShouldBeTrue();
        Used().ShouldBe(["service 1", "endpoint 1"]);
        service.TryAcquire(Of(tenant: "g")).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(Of(tenant: "called")).IsAdmitted.ShouldBeTrue();
        service.TryAcquire(Of(tenant: "x")).IsAdmitted.ShouldBeTrue();
        Used().ShouldBe(["service 4", "unclassed 1", "gold 1", "endpoint 1"], "the fullest partition is shown");
        service.TryAcquire(Costing(0)).IsAdmitted.ShouldBeTrue("what costs nothing is counted by nothing");
        Used().ShouldBe(["service 4", "unclassed 1", "gold 1", "endpoint 1"]);

        List<string> Used() => [.. service.GetStatus().Limits.Where(static limit => limit.Used > 0).Select(static limit => $"{limit.Name} {limit.Used}")];
    }

    private static string KeyOf(ServiceLimiter service, string limit) => limit.StartsWith("global", StringComparison.Ordinal) ? "" : service.Service;

    private static bool IsSlots(string limit) => limit.EndsWith("slots", StringComparison.Ordinal);

    private static ServiceDefinition Service(Random random) => Define(Slots("slots", random.Next(2, 20)), Window("tokens", random.Next(50, 300), Ms(1000), Tokens)) with
    {
        Endpoints = [new EndpointDefinition("e", [new LimitDefinition("endpoint", Requests, new FixedWindow(random.Next(5, 60), Ms(1000).Ticks)), Slots("endpoint-slots", random.Next(2, 9))], ServiceLimits: true)],
        TenantLimits = [Window("tenant", random.Next(5, 30), Ms(1000), by: PartitionBy.Tenant)],
        Queue = new QueueDefinition { Length = 0 },
    };

    private static AdmissionRequest RequestOf(Random random) =>
        Of((RequestPriority)random.Next(-2, 3), $"t{random.Next(3)}", null, random.Next(2) == 0 ? "e" : null, random.Next(1, 6));
}
