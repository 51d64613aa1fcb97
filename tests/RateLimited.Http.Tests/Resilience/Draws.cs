using FsCheck;
using FsCheck.Fluent;

namespace RateLimited.Http.Tests.Resilience;

internal static class Draws
{
    /// <summary>An amount of time, drawn evenly.</summary>
    public static Gen<long> Ticks(long least, long most) => Gen.Choose(0, 1_000_000_000).Select(share => least + (long)((most - least) * (share / 1e9)));
}
