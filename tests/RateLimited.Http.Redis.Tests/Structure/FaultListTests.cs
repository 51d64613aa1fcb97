using System.Reflection;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Structure;

/// <summary>Every fault of Redis in the list of faults has a test that injects it.</summary>
public sealed class FaultListTests
{
    private const int Faults = 25;

    [Fact]
    public void Every_fault_of_redis_is_injected_by_a_test()
    {
        var tested = typeof(FaultListTests).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods())
            .Where(static method => method.GetCustomAttributes<FactAttribute>().Any())
            .SelectMany(static method => method.GetCustomAttributes<FaultAttribute>())
            .Select(static fault => fault.Id)
            .ToHashSet(StringComparer.Ordinal);

        Enumerable.Range(1, Faults).Select(static number => $"R{number:00}").Where(id => !tested.Contains(id)).ShouldBeEmpty();
    }
}
