namespace RateLimited.Http.Limits;

/// <summary>Arithmetic of non-negative longs that stops at the end of the range instead of wrapping.</summary>
internal static class Saturating
{
    public static long Add(long a, long b)
    {
        var sum = unchecked(a + b);
        return sum < 0 ? long.MaxValue : sum;
    }

    public static long Multiply(long a, long b)
    {
        var high = Math.BigMul(a, b, out long low);
        return high != 0 || low < 0 ? long.MaxValue : low;
    }

    public static long DivideUp(long a, long b) => (a / b) + (a % b == 0 ? 0 : 1);
}
