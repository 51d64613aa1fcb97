namespace RateLimited.Http.Telemetry.Traffic;

/// <summary>The shares of names among the requests that went and those that were refused, of two spans of time: the one that runs and the one before it. Not thread-safe; time is handed in.</summary>
/// <param name="now">When it begins.</param>
internal sealed class RecentShares(DateTimeOffset now)
{
    private Span _before = new(now);
    private Span _running = new(now);

    public void Admitted(string? name) => _running.Admitted.Add(name);

    /// <summary>So many went that have no name.</summary>
    public void AdmittedUnnamed(long requests) => _running.Admitted.AddUnnamed(requests);

    public void Refused(string? name) => _running.Refused.Add(name);

    /// <summary>Begins another span, and forgets what was before the one that ends.</summary>
    public void Turn(DateTimeOffset at) => (_before, _running) = (_running, new Span(at));

    /// <summary>The names with the most requests.</summary>
    /// <param name="most">How many names stand by themselves.</param>
    public TrafficShares Read(int most)
    {
        TopShares[] admitted = [_before.Admitted, _running.Admitted], refused = [_before.Refused, _running.Refused];
        var (went, stayed) = (Of(admitted), Of(refused));
        return new TrafficShares
        {
            Since = _before.Since,
            Admitted = admitted.Sum(static shares => shares.All),
            Refused = refused.Sum(static shares => shares.All),
            Top =
            [
                .. went.Keys.Union(stayed.Keys, StringComparer.Ordinal)
                    .Select(name => new TrafficShare(name, went.GetValueOrDefault(name), stayed.GetValueOrDefault(name)))
                    .Append(new TrafficShare(Name: null, admitted.Sum(static shares => shares.Unnamed), refused.Sum(static shares => shares.Unnamed)))
                    .Where(static share => share.Admitted + share.Refused > 0)
                    .OrderByDescending(static share => share.Admitted + share.Refused).ThenBy(static share => share.Name, StringComparer.Ordinal)
                    .Take(most),
            ],
            Missed = admitted.Concat(refused).Sum(static shares => shares.Missed),
        };
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
