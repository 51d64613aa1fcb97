using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Signals.Values;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Signals;

/// <summary>Durations with their units, of whatever length.</summary>
public sealed class DurationsTests
{
    /// <summary>The units; the smallest is a hundredth of a tick.</summary>
    private static readonly (string Unit, BigInteger Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ];

    private static readonly Gen<(long Number, int Unit, int Zeros)[]> Parts =
        (from digits in Gen.Choose(1, 19)
         from share in Gen.Choose(0, 1_000_000_000)
         from unit in Gen.Choose(0, Units.Length - 1)
         from zeros in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 30))
         select ((long)(Math.Min(Math.Pow(10, digits), long.MaxValue / 2) * (share / 1e9)), unit, zeros)).ArrayOf().Where(static parts => parts.Length is > 0 and < 40);

    [Fact]
    public void What_is_read_is_the_sum_of_the_parts_each_rounded_up_and_bounded() => Holds.For(Parts, static parts =>
    {
        var text = string.Concat(parts.Select(static part => new string('0', part.Zeros) + part.Number.ToString(CultureInfo.InvariantCulture) + Units[part.Unit].Unit));
        var sum = parts.Aggregate(BigInteger.Zero, static (sum, part) => sum + BigInteger.Min(((part.Number * Units[part.Unit].Nanoseconds) + 99) / 100, long.MaxValue));

        Durations.TryTicks(text, out var ticks).ShouldBeTrue(text);
        ticks.ShouldBe((long)BigInteger.Min(sum, long.MaxValue), text);
    });

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("1m5")]
    [InlineData("5x")]
    [InlineData("1s5x")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("5ss")]
    [InlineData("5xs")]
    [InlineData("1234567")]
    public void What_is_no_duration_is_none(string text) => Durations.TryTicks(text, out _).ShouldBeFalse();
}
