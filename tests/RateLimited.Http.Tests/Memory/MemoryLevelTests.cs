using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Memory;

/// <summary>When memory is too much, and when it is so no more.</summary>
public sealed class MemoryLevelTests
{
    private static readonly MemoryThresholds Usual = new(Warn: 40, Alert: 50);

    [Theory]
    [InlineData(40, MemoryLevel.Usual, MemoryLevel.Usual)]
    [InlineData(41, MemoryLevel.Usual, MemoryLevel.High)]
    [InlineData(51, MemoryLevel.Usual, MemoryLevel.Critical)]
    [InlineData(37, MemoryLevel.High, MemoryLevel.High)]
    [InlineData(36, MemoryLevel.High, MemoryLevel.Usual)]
    [InlineData(46, MemoryLevel.Critical, MemoryLevel.Critical)]
    [InlineData(45, MemoryLevel.Critical, MemoryLevel.High)]
    [InlineData(36, MemoryLevel.Critical, MemoryLevel.Usual)]
    internal void It_rises_above_a_threshold_and_falls_a_tenth_below_it(long bytes, MemoryLevel before, MemoryLevel after) => Usual.LevelAt(bytes, before).ShouldBe(after);

    [Fact]
    public void It_is_never_below_what_the_thresholds_say_and_above_it_only_by_the_slack() => Holds.For(
        from warn in Gen.Choose(1, 1000)
        from more in Gen.Choose(0, 100)
        from bytes in Gen.Choose(0, 1500)
        from before in Gen.Choose(0, 2)
        select (warn, more, bytes, before),
        static drawn =>
        {
            var thresholds = new MemoryThresholds(drawn.warn, drawn.warn + drawn.more);
            var strict = drawn.bytes > thresholds.Alert ? MemoryLevel.Critical : drawn.bytes > thresholds.Warn ? MemoryLevel.High : MemoryLevel.Usual;
            var level = thresholds.LevelAt(drawn.bytes, (MemoryLevel)drawn.before);

            ((int)level).ShouldBeInRange((int)strict, Math.Max((int)strict, drawn.before));
            thresholds.LevelAt(drawn.bytes, level).ShouldBe(level, "nothing changes while nothing changes");
        });
}
