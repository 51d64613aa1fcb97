using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Limits;

/// <summary>
/// All limits of an upstream, for all who call it: a request is admitted by all of them or by none. Pure: moments are handed in, in the order of their time, so that a simulation can use it
/// without a network. Not thread-safe.
/// </summary>
/// <param name="limits">The limits.</param>
/// <param name="penalty">Makes the bans of one key; null for an upstream that does not ban.</param>
public sealed class UpstreamModel(IReadOnlyList<UpstreamLimit> limits, Func<PenaltyModel>? penalty = null)
{
    private readonly IReadOnlyList<UpstreamLimit> _limits = limits ?? throw new ArgumentNullException(nameof(limits));
    private readonly Dictionary<(UpstreamLimit Limit, LimitKey Key), LimitModel> _states = [];
    private readonly Dictionary<string, KeyCount> _keys = new(StringComparer.Ordinal);
    private ArrivalTime? _first;
    private long _banned;

    /// <summary>A request arrives and is decided. Its ticket must be ended.</summary>
    public UpstreamVerdict Arrive(ArrivalTime now, UpstreamCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        _first ??= now;
        var key = KeyOf(call.Key);
        if (key.Penalty is { } bans && bans.LeftAt(now) is var banned && banned > TimeSpan.Zero)
        {
            _banned++;
            return Refuse(now, key, new UpstreamRefusal(Limit: null, banned));
        }

        var counting = CountingOf(call);
        UpstreamRefusal? refusal = null;
        foreach (var (limit, model, amount) in counting)
        {
            model.Meet(now);
            if (!model.Fits(now, amount) && model.WaitFor(now, amount) is var wait && !(wait <= refusal?.Wait))
            {
                refusal = new UpstreamRefusal(limit, wait);
            }
        }

        if (refusal is null)
        {
            key.Admitted++;
            return new UpstreamVerdict(new UpstreamTicket([.. counting.Select(one => (one.Limit.Unit, one.Model, one.Model.Take(now, one.Amount)))]), Refusal: null);
        }

        foreach (var (limit, model, amount) in counting)
        {
            if (ReferenceEquals(limit, refusal.Limit))
            {
                model.Refuse();
            }

            if (limit.CountsRefused)
            {
                model.CountRefused(now, amount);
            }
        }

        return Refuse(now, key, refusal);
    }

    /// <summary>A request that the limits have not refused was answered by a status: where its ban counts that, as a refusal is.</summary>
    public void Answer(ArrivalTime now, UpstreamCall call, int status)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (KeyOf(call.Key).Penalty is { } bans && bans.Statuses.Contains(status))
        {
            bans.Refuse(now);
        }
    }

    /// <summary>How the limits that are not hidden stand for a caller, in the order in which they were given.</summary>
    public IReadOnlyList<StatedLimit> Read(ArrivalTime now, UpstreamCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return [.. from one in CountingOf(call, evenFree: true) where !one.Limit.IsHidden select new StatedLimit(one.Limit, one.Model.Read(now))];
    }

    /// <summary>The books, if the measured time ended now.</summary>
    public UpstreamBooks Report(ArrivalTime end)
    {
        var books = from state in _states
                    let model = state.Value
                    where model.FirstArrival is not null
                    select new LimitBooks(state.Key.Limit.Name, state.Key.Limit.Unit, Labelled(state.Key.Key), model.Quota, model.Report(end));
        return new UpstreamBooks
        {
            Elapsed = _first is { } first ? end.Monotonic - first.Monotonic : TimeSpan.Zero,
            Limits = [.. books],
            Keys = _keys.ToDictionary(static key => key.Key, static key => new KeyBooks(key.Value.Label, key.Value.Admitted, key.Value.Refused), StringComparer.Ordinal),
            Banned = _banned,
        };
    }

    private static UpstreamVerdict Refuse(ArrivalTime now, KeyCount key, UpstreamRefusal refusal)
    {
        key.Refused++;
        key.Penalty?.Refuse(now);
        return new UpstreamVerdict(Ticket: null, key.Penalty?.LeftAt(now) is { } ban && ban > refusal.Wait ? refusal with { Wait = ban } : refusal);
    }

    private List<(UpstreamLimit Limit, LimitModel Model, long Amount)> CountingOf(UpstreamCall call, bool evenFree = false)
    {
        List<(UpstreamLimit Limit, LimitModel Model, long Amount)> counting = [];
        foreach (var limit in _limits)
        {
            var amount = call.CostOf(limit.Unit);
            if ((amount > 0 || evenFree) && limit.KeyFor(call) is { } key)
            {
                if (!_states.TryGetValue((limit, key), out var model))
                {
                    _states.Add((limit, key), model = limit.Create());
                }

                counting.Add((limit, model, amount));
            }
        }

        return counting;
    }

    private KeyCount KeyOf(string key)
    {
        if (!_keys.TryGetValue(key, out var count))
        {
            _keys.Add(key, count = new KeyCount(key.Length == 0 ? "no key" : $"key {_keys.Keys.Count(static known => known.Length > 0) + 1}", penalty?.Invoke()));
        }

        return count;
    }

    /// <summary>Keys are secrets, in tests as elsewhere: what is printed calls them by the order in which they came.</summary>
    private string Labelled(LimitKey key)
    {
        string?[] parts = [LabelOf(key.Organisation), key.Key == key.Organisation ? null : LabelOf(key.Key), key.Endpoint, key.Name];
        return string.Join(", ", parts.Where(static part => !string.IsNullOrEmpty(part)));
    }

    private string? LabelOf(string? key) => key is not null && _keys.TryGetValue(key, out var known) ? known.Label : key;

    private sealed class KeyCount(string label, PenaltyModel? penalty)
    {
        public string Label => label;

        public PenaltyModel? Penalty => penalty;

        public long Admitted { get; set; }

        public long Refused { get; set; }
    }
}
