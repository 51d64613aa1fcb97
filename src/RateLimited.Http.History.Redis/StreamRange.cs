using System.Globalization;

namespace RateLimited.Http.History.Redis;

/// <summary>Between which ids of a stream the records of a time are. Ids are times of the server's clock at which a record was written, after it was made and by another clock.</summary>
/// <param name="First">The first id to be read.</param>
/// <param name="Last">The last.</param>
internal readonly record struct StreamRange(string First, string Last)
{
    /// <summary>Written late (an hour at most, by <c>BatchInterval</c>), or by a process whose clock is wrong.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromDays(1);

    /// <summary>The range that the records from an instant to another are in, with others of about that time.</summary>
    public static StreamRange Of(DateTimeOffset from, DateTimeOffset to) => new(
        from - DateTimeOffset.UnixEpoch <= Apart ? "-" : IdOf(from - Apart),
        DateTimeOffset.MaxValue - to <= Apart ? "+" : IdOf(to + Apart));

    /// <summary>What is left when all up to an id was read.</summary>
    public StreamRange After(string id) => this with { First = $"({id}" };

    private static string IdOf(DateTimeOffset instant) => Math.Max(0, instant.ToUnixTimeMilliseconds()).ToString(CultureInfo.InvariantCulture);
}
