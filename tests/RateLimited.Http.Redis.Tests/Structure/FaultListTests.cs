using System.Reflection;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Structure;

/// <summary>Every fault of Redis in the list of faults has a test that injects it, and every way in which what is shared could tell names or mix them up.</summary>
public sealed class FaultListTests
{
    private static readonly string[] Faults = [.. Enumerable.Range(1, 25).Select(static number => $"R{number:00}"), "S04", "S05", "S06"];

    [Fact]
    public void Every_fault_of_what_is_shared_is_injected_by_a_test()
    {
        var tested = typeof(FaultListTests).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods())
            .Where(static method => method.GetCustomAttributes<FactAttribute>().Any())
            .SelectMany(static method => method.GetCustomAttributes<FaultAttribute>())
            .Select(static fault => fault.Id)
            .ToHashSet(StringComparer.Ordinal);

        Faults.Except(tested, StringComparer.Ordinal).ShouldBeEmpty();
    }
}
