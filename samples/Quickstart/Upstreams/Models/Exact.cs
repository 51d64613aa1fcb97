namespace Quickstart.Upstreams.Models;

internal static class Exact
{
    /// <summary><c>a · b / c</c>, rounded up, without a rounding error on the way. Rounding what was possible up never flatters what was reached.</summary>
    public static long CeilingOf(Int128 a, long b, long c) => (long)(((a * b) + c - 1) / c);
}
