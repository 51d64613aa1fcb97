using System.Numerics;
using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Sums and products stop at the end of the range.</summary>
public sealed class SaturatingTests
{
    [Fact]
    public void Sums_products_and_quotients_are_exact_or_the_end_of_the_range() => Holds.For(Amounts.Between(0, long.MaxValue).Two(), static pair =>
    {
        var (a, b) = (pair.Item1, pair.Item2);
        Saturating.Add(a, b).ShouldBe((long)BigInteger.Min((BigInteger)a + b, long.MaxValue));
        Saturating.Multiply(a, b).ShouldBe((long)BigInteger.Min((BigInteger)a * b, long.MaxValue));
        if (b > 0)
        {
            Saturating.DivideUp(a, b).ShouldBe((long)(((BigInteger)a + b - 1) / b));
        }
    });

    [Theory]
    [InlineData(1L << 32, 1L << 31)]
    [InlineData(1L << 32, 1L << 32)]
    [InlineData(3, long.MaxValue / 2)]
    public void Products_just_beyond_the_range_are_its_end(long a, long b) => Saturating.Multiply(a, b).ShouldBe(long.MaxValue);

    [Theory]
    [InlineData(0, 62, 0)]
    [InlineData(1, 62, 1)]
    [InlineData(62, 62, 1)]
    [InlineData(63, 62, 2)]
    public void Quotients_are_rounded_up(long a, long b, long expected) => Saturating.DivideUp(a, b).ShouldBe(expected);
}
