namespace RateLimited.Http.History.Journal;

/// <summary>Which files of a journal have had their time.</summary>
internal static class JournalRetention
{
    /// <summary>Those that are too old, and of the others the oldest, until the rest is not too large. The last one stays: it is being written.</summary>
    /// <param name="files">All files with their lengths, the oldest first.</param>
    /// <param name="today">The present day, in UTC.</param>
    /// <param name="retention">For how long records are kept.</param>
    /// <param name="maxBytes">How large the journal may be.</param>
    public static IReadOnlyList<SegmentName> Expired(IReadOnlyList<(SegmentName Name, long Length)> files, DateOnly today, TimeSpan retention, long maxBytes)
    {
        var oldest = today.DayNumber - (int)retention.TotalDays;
        var total = files.Sum(static file => file.Length);
        var expired = new List<SegmentName>();
        foreach (var (name, length) in files.SkipLast(1))
        {
            if (name.Day.DayNumber < oldest || total > maxBytes)
            {
                expired.Add(name);
                total -= length;
            }
        }

        return expired;
    }
}
