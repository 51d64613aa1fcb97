using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Exchanges;
using RateLimited.Http.Testing.Faults;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using RateLimited.Http.Testing.Providers;

namespace RateLimited.Http.Testing;

/// <summary>
/// Says what an upstream is like, then builds it. Without a word it admits everything at once, and refusals would carry <c>Retry-After</c> alone. Each method changes this builder and returns
/// it; several upstreams can be built from one. Not thread-safe.
/// </summary>
public sealed class UpstreamBuilder
{
    private static readonly Provider Plain = new("plain") { Headers = [HeaderLine.RetryAfter(Written.Seconds)] };

    private readonly List<UpstreamLimit> _limits = [];
    private readonly List<Fault> _faults = [];
    private readonly Dictionary<string, string> _organisations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<UpstreamRequest, long>> _costs = new(StringComparer.Ordinal);
    private readonly List<EndpointPattern> _free = [];
    private UpstreamPlan _plan = new() { Provider = Plain, Limits = [] };

    /// <summary>Adds a limit.</summary>
    public UpstreamBuilder Limit(UpstreamLimit limit)
    {
        _limits.Add(limit ?? throw new ArgumentNullException(nameof(limit)));
        return this;
    }

    /// <summary>Adds a bucket of requests that refills continuously and is full at first.</summary>
    /// <param name="quota">How much flows in during a window, and how much fits in.</param>
    /// <param name="window">The window.</param>
    /// <param name="change">What else is different about it: its unit, its name, whom it counts for.</param>
    public UpstreamBuilder TokenBucket(long quota, TimeSpan window, Func<UpstreamLimit, UpstreamLimit>? change = null) => Limit(Changed(UpstreamLimit.TokenBucket(quota, window), change));

    /// <summary>Adds a bucket of requests with a capacity of its own.</summary>
    public UpstreamBuilder TokenBucket(long quota, TimeSpan window, long capacity, Func<UpstreamLimit, UpstreamLimit>? change = null) =>
        Limit(Changed(UpstreamLimit.TokenBucket(quota, window, capacity), change));

    /// <summary>Adds a limit of requests in windows of the clock.</summary>
    public UpstreamBuilder FixedWindow(long quota, TimeSpan window, Func<UpstreamLimit, UpstreamLimit>? change = null) => Limit(Changed(UpstreamLimit.FixedWindow(quota, window), change));

    /// <summary>Adds a limit of requests in windows that begin as is said.</summary>
    public UpstreamBuilder FixedWindow(long quota, TimeSpan window, WindowAlignment alignment, Func<UpstreamLimit, UpstreamLimit>? change = null) =>
        Limit(Changed(UpstreamLimit.FixedWindow(quota, window, alignment), change));

    /// <summary>Adds a limit of requests that holds in every interval as long as the window.</summary>
    public UpstreamBuilder SlidingLog(long quota, TimeSpan window, Func<UpstreamLimit, UpstreamLimit>? change = null) => Limit(Changed(UpstreamLimit.SlidingLog(quota, window), change));

    /// <summary>Adds a limit of requests at once, from their arrival until the end of their body.</summary>
    public UpstreamBuilder Concurrency(long slots, Func<UpstreamLimit, UpstreamLimit>? change = null) => Limit(Changed(UpstreamLimit.Concurrency(slots), change));

    /// <summary>Adds a bucket of <c>tokens</c>, which requests say by <see cref="Cost"/> or, of a language model's, by their bodies.</summary>
    public UpstreamBuilder Tokens(long quota, TimeSpan window, Func<UpstreamLimit, UpstreamLimit>? change = null) => Limit(Changed(UpstreamLimit.TokenBucket(quota, window, unit: "tokens"), change));

    /// <summary>Forgets all limits, those of a preset included, so that others can be said.</summary>
    public UpstreamBuilder WithoutLimits()
    {
        _limits.Clear();
        return this;
    }

    /// <summary>Speaks as a provider does, or by a name of the IETF's drafts: headers, refusals and bodies, not its limits.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the message names those that there are.</exception>
    public UpstreamBuilder Dialect(string name)
    {
        var provider = KnownProviders.Find(name);
        return With(_plan with { Provider = provider, Oddities = _plan.Oddities | provider.Oddities });
    }

    /// <summary>Adds what is odd about its responses.</summary>
    public UpstreamBuilder Odd(Oddities oddities) => With(_plan with { Oddities = _plan.Oddities | oddities });

    /// <summary>Bans a key that ignores refusals.</summary>
    /// <param name="penalty">Makes the state for one key.</param>
    public UpstreamBuilder Penalty(Func<PenaltyModel> penalty) => With(_plan with { Penalty = penalty ?? throw new ArgumentNullException(nameof(penalty)) });

    /// <summary>How long requests are on their way before the upstream counts them: uniform between the two.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bounds are negative or the wrong way round.</exception>
    public UpstreamBuilder Latency(TimeSpan least, TimeSpan most) => With(_plan with { LatencyThere = Delays.Between(least, most) });

    /// <summary>How long the heads of responses are on their way back: uniform between the two.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bounds are negative or the wrong way round.</exception>
    public UpstreamBuilder LatencyBack(TimeSpan least, TimeSpan most) => With(_plan with { LatencyBack = Delays.Between(least, most) });

    /// <summary>How long the work of an admitted request takes, between the head and the end of its body: uniform between the two.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bounds are negative or the wrong way round.</exception>
    public UpstreamBuilder Work(TimeSpan least, TimeSpan most) => With(_plan with { Work = Delays.Between(least, most) });

    /// <summary>Adds something that goes wrong.</summary>
    public UpstreamBuilder Fault(Fault fault)
    {
        _faults.Add(fault ?? throw new ArgumentNullException(nameof(fault)));
        return this;
    }

    /// <summary>What requests cost of a unit, instead of what the provider takes them to cost. It is the truth: no answer corrects it.</summary>
    public UpstreamBuilder Cost(string unit, Func<UpstreamRequest, long> cost)
    {
        ArgumentException.ThrowIfNullOrEmpty(unit);
        _costs[unit] = cost ?? throw new ArgumentNullException(nameof(cost));
        return this;
    }

    /// <summary>Requests of a template, like <c>GET /health</c>, are answered and counted by nothing.</summary>
    /// <exception cref="FormatException">The text is no template.</exception>
    public UpstreamBuilder Free(string endpoint)
    {
        _free.Add(EndpointPattern.Of(endpoint));
        return this;
    }

    /// <summary>Where requests carry their key, instead of the headers that providers have for it.</summary>
    public UpstreamBuilder Key(Func<UpstreamRequest, string> key) => With(_plan with { KeyOf = key ?? throw new ArgumentNullException(nameof(key)) });

    /// <summary>Keys that belong to one organisation, and share what it is counted by.</summary>
    public UpstreamBuilder Organisation(string name, params IReadOnlyList<string> keys)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys)
        {
            _organisations[key] = name;
        }

        return this;
    }

    /// <summary>The clocks that it counts and waits by; the system's by default.</summary>
    public UpstreamBuilder Time(TimeProvider time) => With(_plan with { Time = time ?? throw new ArgumentNullException(nameof(time)) });

    /// <summary>How far its wall clock is ahead: of that of <see cref="Time"/>, and so, mostly, of the client's.</summary>
    public UpstreamBuilder ClockSkew(TimeSpan skew) => With(_plan with { ClockSkew = skew });

    /// <summary>What latencies, faults and answers are drawn from; 1 by default. The same seed and the same order of arrivals draw the same.</summary>
    public UpstreamBuilder Seed(int seed) => With(_plan with { Seed = seed });

    /// <summary>Builds it. Its time begins now.</summary>
    public Upstream Build() => new(_plan with
    {
        Limits = [.. _limits],
        Faults = [.. _faults],
        Free = [.. _free],
        Costs = new Dictionary<string, Func<UpstreamRequest, long>>(_costs, StringComparer.Ordinal),
        Organisations = new Dictionary<string, string>(_organisations, StringComparer.Ordinal),
    });

    internal static UpstreamBuilder Like(string name, string? tier)
    {
        var provider = KnownProviders.Find(name);
        var builder = new UpstreamBuilder { _plan = new UpstreamPlan { Provider = provider, Limits = [], Oddities = provider.Oddities, Penalty = provider.Penalty } };
        builder._limits.AddRange(provider.TierOf(tier).Limits);
        return builder;
    }

    private static UpstreamLimit Changed(UpstreamLimit limit, Func<UpstreamLimit, UpstreamLimit>? change) => change is null ? limit : change(limit);

    private UpstreamBuilder With(UpstreamPlan plan)
    {
        _plan = plan;
        return this;
    }
}
