namespace RateLimited.Http.Dashboard.Traffic;

/// <summary>The shares of names among the requests that went and those that were refused, of two spans of time: the one that runs and the one before it. Not thread-safe; time is handed in.</summary>
/// <param name="now">When it begins.</param>
internal sealed class RecentShares(DateTimeOffset now)
{
    private Span _before = new(now);
    private Span _running = new(now);

    public void Admitted(string? name) => _running.Admitted.Add(name);

    public void Refused(string? name) => _running.Refused.Add(name);

    /// <summary>Begins another span, and forgets what was before the one that ends.</summary>
    public void Turn(DateTimeOffset at) => (_before, _running) = (_running, new Span(at));

    /// <summary>The names with the most requests, and the others together.</summary>
    /// <param name="most">How many names stand by themselves.</param>
    /// <param name="nameOf">What is shown for a name.</param>
    public SharesReading Read(int most, Func<string, string> nameOf)
    {
        TopShares[] admitted = [_before.Admitted, _running.Admitted], refused = [_before.Refused, _running.Refused];
        var (allAdmitted, allRefused) = (admitted.Sum(static shares => shares.All), refused.Sum(static shares => shares.All));
        var all = allAdmitted + allRefused;
        List<ShareReading> top =
        [
            .. Of(admitted).Keys.Union(Of(refused).Keys, StringComparer.Ordinal)
                .Select(name => (Name: (string?)name, Admitted: Of(admitted).GetValueOrDefault(name), Refused: Of(refused).GetValueOrDefault(name)))
                .Append((Name: null, Admitted: admitted.Sum(static shares => shares.Unnamed), Refused: refused.Sum(static shares => shares.Unnamed)))
                .Where(static each => each.Admitted + each.Refused > 0)
                .OrderByDescending(static each => each.Admitted + each.Refused).ThenBy(static each => each.Name, StringComparer.Ordinal)
                .Take(most)
                .Select(each => Share(each.Name is null ? null : nameOf(each.Name), each.Admitted, each.Refused)),
        ];
        return new SharesReading(_before.Since, top, Share(name: null, allAdmitted - top.Sum(static each => each.Admitted), allRefused - top.Sum(static each => each.Refused)));

        ShareReading Share(string? name, long went, long stayed) => new(name, went, stayed, all == 0 ? 0 : (went + stayed) / (double)all);
    }

    private static Dictionary<string, long> Of(TopShares[] spans) =>
        spans.SelectMany(static shares => shares.Counts).GroupBy(static count => count.Key, StringComparer.Ordinal).ToDictionary(static group => group.Key, static group => group.Sum(static count => count.Value), StringComparer.Ordinal);

    private sealed class Span(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;

        public TopShares Admitted { get; } = new();

        public TopShares Refused { get; } = new();
    }
}
