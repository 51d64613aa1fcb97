using System.Reflection;
using System.Text.RegularExpressions;

namespace RateLimited.Http.Tests.Faults;

/// <summary>Every fault of an upstream, every promise of how it is met and every defect of our peers has a test that says so.</summary>
public sealed partial class FaultListTests
{
    /// <summary>What goes wrong with an upstream and with breakers, what is promised whatever it does, and how keys could get out. S04 to S06 are of what processes share: tests/RateLimited.Http.Redis.Tests.</summary>
    private static readonly IReadOnlySet<string> Faults =
        new HashSet<string>([.. Enumerable.Range(1, 20).Select(static number => $"H{number:00}"), "C14", "C15", "P01", "P02", "P08", "P14", "S01", "S02", "S03", "S07", "S08"], StringComparer.Ordinal);

    /// <summary>
    /// What is wrong with Polly's strategies (P) and with the handlers that Microsoft builds of them (H), where the same could go wrong here. Left out are a lock that validation takes there
    /// (P9) and an option whose setter sets another one (H10): there is neither here.
    /// </summary>
    private static readonly IReadOnlySet<string> DefectsOfPeers =
        new HashSet<string>(
            [.. Enumerable.Range(1, 8).Select(static number => $"PEERS_P{number}"), .. Enumerable.Range(1, 11).Where(static number => number != 10).Select(static number => $"PEERS_H{number}")],
            StringComparer.Ordinal);

    private static readonly ILookup<string, MethodInfo> Tests = typeof(FaultListTests).Assembly.GetTypes()
        .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .SelectMany(static method => method.GetCustomAttributes<FaultAttribute>(inherit: false).Select(fault => (fault.Id, method)))
        .ToLookup(static tagged => tagged.Id, static tagged => tagged.method, StringComparer.Ordinal);

    public static TheoryData<string> All => [.. Faults, .. DefectsOfPeers];

    [Theory]
    [MemberData(nameof(All))]
    public void It_has_a_test(string fault) => Tests[fault].ShouldNotBeEmpty($"no test has [Fault(\"{fault}\")]");

    [Fact]
    public void Only_tests_that_run_have_one_and_none_has_one_that_nobody_knows()
    {
        foreach (var (fault, method) in Tests.SelectMany(static each => each.Select(method => (each.Key, method))))
        {
            method.GetCustomAttributes<FactAttribute>(inherit: true).ShouldHaveSingleItem($"{method.DeclaringType!.Name}.{method.Name} has [Fault(\"{fault}\")]").Skip.ShouldBeNull();
            All.Select(static row => row.Data).ShouldContain(fault, $"of {method.DeclaringType!.Name}.{method.Name}");
        }
    }

    [Fact]
    public void A_test_that_names_a_fault_is_found_by_it()
    {
        foreach (var method in typeof(FaultListTests).Assembly.GetTypes().SelectMany(static type => type.GetMethods()).Where(static method => method.GetCustomAttributes<FactAttribute>(inherit: true).Any()))
        {
            foreach (Match name in FaultName().Matches(method.Name))
            {
                Tests[name.Value].ShouldContain(method, $"{method.DeclaringType!.Name}.{method.Name} has no [Fault(\"{name.Value}\")]");
            }
        }
    }

    [GeneratedRegex("(?<![A-Za-z0-9])(?:H[0-9]{2}|P01|P02|P08|P14)(?![A-Za-z0-9])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FaultName();
}
