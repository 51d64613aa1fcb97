using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Dialects;

/// <summary>What headers say of a limit.</summary>
internal static class Says
{
    private static readonly TimeSpan InThePast = TimeSpan.FromSeconds(2);

    public static string? Limit(Saying saying, StatedLimit stated) => saying.Has(Oddities.Sentinels) ? "-1" : Written.Whole(stated.Reading.Quota);

    /// <summary>What remains; nobody writes that more is used than there is.</summary>
    public static string? Remaining(Saying saying, StatedLimit stated) => saying.Has(Oddities.Sentinels) ? "-1" : Written.Whole(Left(stated));

    public static string? Used(Saying saying, StatedLimit stated) => Written.Whole(stated.Reading.Quota - Left(stated));

    public static string? Name(Saying saying, StatedLimit stated) => stated.Limit.Name;

    public static Func<Saying, StatedLimit, string?> Window(Func<TimeSpan, string> write) => (_, stated) => write(stated.Reading.Window);

    /// <summary>How long until the reset.</summary>
    public static Func<Saying, StatedLimit, string?> Reset(Func<TimeSpan, string> write) => (saying, stated) => saying.Has(Oddities.Sentinels) ? "0" : write(stated.Reading.ResetAfter);

    /// <summary>The instant of the reset, by the upstream's clock.</summary>
    public static Func<Saying, StatedLimit, string?> ResetAt(Func<DateTimeOffset, string> write) => (saying, stated) => write(Instant(saying, stated.Reading.ResetAfter));

    /// <summary>How long a bucket would take to be full that has lost what is used, whatever the limit really does.</summary>
    public static Func<Saying, StatedLimit, string?> UntilFull(Func<TimeSpan, string> write) => (saying, stated) =>
        saying.Has(Oddities.Sentinels) ? "0" : write(stated.Reading.Window * ((double)(stated.Reading.Quota - Left(stated)) / stated.Reading.Quota));

    /// <summary>The header only with a refusal.</summary>
    public static Func<Saying, string?> WhenRefused(Func<Saying, string?> text) => saying => saying.IsRefusal ? text(saying) : null;

    public static long Left(StatedLimit stated) => Math.Max(0, stated.Reading.Remaining);

    public static DateTimeOffset Instant(Saying saying, TimeSpan after) => saying.Wall + after - (saying.Has(Oddities.ResetInThePast) ? InThePast : TimeSpan.Zero);

    public static string? RetryAfter(Saying saying, Func<TimeSpan, string> write)
    {
        if (saying.Wait is not { } wait)
        {
            // What was recorded looks like the seconds to the end of a minute.
            return saying.Has(Oddities.RetryAfterOnSuccess) && saying.Status < 400 ? Written.Whole(60 - saying.Wall.Second) : null;
        }

        return saying.Has(Oddities.NoRetryAfter) ? null
            : saying.Has(Oddities.ZeroRetryAfter) ? "0"
            : saying.Has(Oddities.DatedRetryAfter) ? Written.HttpDate(saying.Wall + wait)
            : write(wait);
    }
}
