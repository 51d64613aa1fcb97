namespace RateLimited.Http.Testing.Models;

/// <summary>Quotients without a rounding error on the way.</summary>
internal static class Exact
{
    /// <summary><c>a · b / c</c>, rounded up. Rounding what was possible up never flatters what was reached.</summary>
    public static long CeilingOf(Int128 a, long b, long c) => Saturated(((a * b) + c - 1) / c);

    /// <summary><c>a · b / c</c>, rounded down.</summary>
    public static long FloorOf(Int128 a, long b, long c) => Saturated(a * b / c);

    /// <summary>The value in the range of a count.</summary>
    public static long Saturated(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);
}
