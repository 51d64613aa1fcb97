namespace RateLimited.Http.Testing.Faults;

/// <summary>All that goes wrong with one request.</summary>
internal sealed record Trouble
{
    public static Trouble None { get; } = new();

    public Fault? Failure { get; init; }

    public long? BreaksAfter { get; init; }

    public long? StallsAfter { get; init; }

    public TimeSpan StallsFor { get; init; }

    public int? BytesPerSecond { get; init; }

    public IReadOnlyList<KeyValuePair<string, string?>> Lies { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Hostile { get; init; } = [];

    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Draws which faults befall a request. Where two say the same thing, the first counts.</summary>
    public static Trouble Of(IReadOnlyList<Fault> faults, UpstreamRequest request, long number, TimeSpan elapsed, Random random)
    {
        var trouble = None;
        foreach (var fault in faults)
        {
            if (fault.Befalls(request, number, elapsed, random))
            {
                trouble = trouble.And(fault, random);
            }
        }

        return trouble;
    }

    /// <summary>The headers with what was changed about them.</summary>
    public List<KeyValuePair<string, string>> Change(List<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in Lies)
        {
            headers.RemoveAll(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase));
            if (value is not null)
            {
                headers.Add(new(name, value));
            }
        }

        headers.AddRange(Hostile);
        return headers;
    }

    private Trouble And(Fault fault, Random random) => this with
    {
        Failure = Failure ?? (fault.FailsWith is null ? null : fault),
        BreaksAfter = BreaksAfter ?? fault.BreaksAfter,
        StallsAfter = StallsAfter ?? fault.StallsAfter,
        StallsFor = StallsAfter is null ? fault.StallsFor : StallsFor,
        BytesPerSecond = BytesPerSecond ?? fault.BytesPerSecond,
        Lies = [.. Lies, .. fault.Lies],
        Hostile = fault.IsHostile ? [.. Hostile, .. HostileHeaders.Draw(random)] : Hostile,
        Names = [.. Names, fault.Name],
    };
}
