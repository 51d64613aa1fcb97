namespace RateLimited.Http.Tests.Structure;

/// <summary>The arrows between rooms that the design draws, held over the built assembly.</summary>
public sealed class RoomArrowsTests
{
    private static readonly RoomTable Fixture = new(
        nameof(ArrowFixture),
        new Dictionary<string, string[]>(StringComparer.Ordinal) { ["Upper"] = ["Lower"], ["Lower"] = [] },
        new Dictionary<string, string>(StringComparer.Ordinal));

    private static readonly TypeReference[] InFixture =
        [.. AssemblyReferences.Of(typeof(RoomArrowsTests).Assembly.Location).Where(static r => r.From.Namespace.StartsWith(nameof(ArrowFixture), StringComparison.Ordinal))];

    private static readonly TypeReference[] InLibrary = [.. AssemblyReferences.Of(typeof(IServiceRateLimiter).Assembly.Location)];

    public static TheoryData<string> Offenders =>
        [.. typeof(ArrowFixture.Lower.Innocent).Assembly.GetTypes()
            .Where(static type => type is { Namespace: "ArrowFixture.Lower", IsNested: false } && type != typeof(ArrowFixture.Lower.Innocent))
            .Select(static type => type.Name)];

    [Fact]
    public void Rooms_know_only_what_the_design_lets_them_know() => RoomTable.OfTheLibrary.Violations(InLibrary).ShouldBeEmpty();

    [Fact]
    public void The_library_has_references_to_judge() =>
        InLibrary.ShouldContain(static reference => reference.To.IsOurs && RoomTable.OfTheLibrary.RoomOf(reference.From) == "Admission"
            && RoomTable.OfTheLibrary.RoomOf(reference.To) == "Limits");

    [Fact]
    public void A_table_without_arrows_finds_the_librarys_own_references()
    {
        var strict = RoomTable.OfTheLibrary with { Arrows = RoomTable.OfTheLibrary.Arrows.ToDictionary(static a => a.Key, static _ => Array.Empty<string>(), StringComparer.Ordinal) };

        strict.Violations(InLibrary).ShouldContain(static violation => violation.StartsWith("Admission may not know Limits", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Offenders))]
    public void A_forbidden_reference_of_any_kind_is_found(string offender) =>
        Fixture.Violations(InFixture).ShouldContain(v => v.StartsWith($"Lower may not know Upper: ArrowFixture.Lower.{offender},", StringComparison.Ordinal));

    [Fact]
    public void The_vocabulary_may_be_used_by_a_room() =>
        Fixture.Violations(InFixture).ShouldNotContain(static violation => violation.Contains(nameof(ArrowFixture.Lower.Innocent), StringComparison.Ordinal));

    [Fact]
    public void The_vocabulary_may_know_no_room() =>
        Fixture.Violations(InFixture).ShouldContain("(root) may not know Upper: ArrowFixture.KnowingWord, Known → ArrowFixture.Upper.Base");

    [Fact]
    public void An_arrow_in_the_table_allows_what_it_points_at()
    {
        var lenient = Fixture with { Arrows = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["Upper"] = [], ["Lower"] = ["Upper"] } };

        lenient.Violations(InFixture).ShouldNotContain(static violation => violation.StartsWith("Lower", StringComparison.Ordinal));
    }

    [Fact]
    public void A_type_outside_every_room_is_found() =>
        Fixture.Violations(InFixture).ShouldContain("ArrowFixture.Elsewhere.Lodger stands in no room. Rooms: Upper, Lower.");

    [Fact]
    public void The_arithmetic_of_limits_has_no_clock_no_lock_no_input_and_no_fractions() =>
        ForeignTypes("Limits", static from => !IsLearning(from)).ShouldNotContain(static type =>
            type.Namespace.StartsWith("System.Threading", StringComparison.Ordinal) || type.Namespace.StartsWith("System.IO", StringComparison.Ordinal)
            || type.Namespace.StartsWith("System.Net", StringComparison.Ordinal)
            || (type.Namespace == "System" && (type.Name == "TimeProvider" || type.Name == "Random" || type.Name == "Double" || type.Name == "Single" || type.Name == "Decimal")));

    [Fact]
    public void What_limits_learn_may_be_a_fraction_and_depends_on_nothing_else_either() =>
        ForeignTypes("Limits", IsLearning).ShouldNotContain(static type =>
            type.Namespace.StartsWith("System.Threading", StringComparison.Ordinal) || type.Namespace.StartsWith("System.IO", StringComparison.Ordinal)
            || (type.Namespace == "System" && (type.Name == "TimeProvider" || type.Name == "Random" || type.Name == "Decimal")));

    [Theory]
    [InlineData("Limits")]
    [InlineData("Signals")]
    [InlineData("Costs")]
    [InlineData("Telemetry")]
    [InlineData("Admission")]
    [InlineData("Keys")]
    [InlineData("Resilience")]
    [InlineData("Pipeline")]
    [InlineData("(root)")]
    public void Only_configuration_knows_dependency_injection(string room) =>
        ForeignTypes(room).ShouldNotContain(static type =>
            type.Namespace.StartsWith("Microsoft.Extensions.DependencyInjection", StringComparison.Ordinal)
            || type.Namespace.StartsWith("Microsoft.Extensions.Configuration", StringComparison.Ordinal));

    /// <summary>A learned rate is no count: it is turned into whole ticks before anything is admitted by it.</summary>
    private static bool IsLearning(TypeName type) => type.Namespace == "RateLimited.Http.Limits.Learning" || type.Name == "AdaptiveRate";

    private static TypeName[] ForeignTypes(string room) => ForeignTypes(room, static _ => true);

    private static TypeName[] ForeignTypes(string room, Func<TypeName, bool> from) =>
        [.. InLibrary.Where(reference => !reference.To.IsOurs && RoomTable.OfTheLibrary.RoomOf(reference.From) == room && from(reference.From)).Select(static reference => reference.To).Distinct()];
}
