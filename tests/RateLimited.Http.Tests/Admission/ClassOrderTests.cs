using RateLimited.Http.Admission;
using RateLimited.Http.Testing;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>A priority class knows who came first and who last, whether its waiters stand in one lane or in many.</summary>
public sealed class ClassOrderTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whoever_leaves_the_oldest_and_the_newest_are_known(int seed)
    {
        var random = new Random(seed);
        using var store = new InProcessStore(new ManualTimeProvider(), []);
        var service = new BoundService(Define(Window("w", 5, Ms(10))), store);
        var priorityClass = new PriorityClass(2, RequestPriority.Normal);
        var expected = new List<AdmissionTicket>();
        var wasSpread = false;
        for (var step = 0; step < 1_000; step++)
        {
            // For a while of one tenant only, then of several, then fewer until nobody is left.
            var phase = step / 100 % 3;
            if (expected.Count == 0 || random.Next(10) < (phase == 2 ? 2 : 6))
            {
                var ticket = new AdmissionTicket();
                var request = Of(tenant: phase == 1 ? $"t{random.Next(3)}" : null);
                ticket.Resolve(service.PlanOf(request), request);
                priorityClass.Add(ticket);
                expected.Add(ticket);
            }
            else
            {
                var index = random.Next(3) switch { 0 => 0, 1 => expected.Count - 1, _ => random.Next(expected.Count) };
                priorityClass.Remove(expected[index]);
                expected.RemoveAt(index);
            }

            var at = $"seed {seed}, step {step}";
            priorityClass.Count.ShouldBe(expected.Count, at);
            priorityClass.Oldest.ShouldBeSameAs(expected.FirstOrDefault(), at);
            priorityClass.Newest.ShouldBeSameAs(expected.LastOrDefault(), at);
            priorityClass.Queued[Requests].ShouldBe(expected.Count, at);
            expected.GroupBy(static each => each.Tenant, StringComparer.Ordinal).All(tenant => priorityClass.CountOf(tenant.Key) == tenant.Count()).ShouldBeTrue(at);
            wasSpread |= expected.Select(static each => each.Tenant).Distinct(StringComparer.Ordinal).Count() > 1;
        }

        wasSpread.ShouldBeTrue();
        service.Dispose();
    }
}
