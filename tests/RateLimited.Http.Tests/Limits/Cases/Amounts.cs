using FsCheck;
using FsCheck.Fluent;

namespace RateLimited.Http.Tests.Limits.Cases;

/// <summary>Numbers drawn evenly over orders of magnitude, their ends included.</summary>
internal static class Amounts
{
    public const long LargestQuota = 1_000_000_000_000;
    public const long ShortestWindow = TimeSpan.TicksPerMillisecond;
    public const long LongestWindow = 31 * TimeSpan.TicksPerDay;

    private const int Fine = 1 << 20;

    public static Gen<long> Between(long least, long most) => Gen.Frequency(
        (1, Gen.Constant(least)),
        (1, Gen.Constant(most)),
        (12, Gen.Choose(0, Fine).Select(raw => Scaled(raw, least, most))));

    /// <summary>Maps a raw number to a range, evenly over orders of magnitude.</summary>
    public static long Scaled(int raw, long least, long most)
    {
        var share = (raw & (Fine - 1)) / (double)(Fine - 1);
        var from = Math.Max(least, 1);
        var value = (long)Math.Round(from * Math.Pow(Math.Max(most, from) / (double)from, share));
        return least == 0 && share < 0.05 ? 0 : Math.Clamp(value, least, most);
    }
}
