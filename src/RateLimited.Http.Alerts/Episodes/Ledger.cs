using System.Globalization;
using RateLimited.Http.Alerts.Rules;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Episodes;

/// <summary>
/// All episodes under way and the last that are over. Bounded whatever is observed: at most <see cref="MostEpisodes"/> under way, and as many past ones as it is told to keep. Not thread-safe; time is handed in.
/// </summary>
/// <param name="process">What tells this process's alerts from those of others.</param>
internal sealed class Ledger(string process)
{
    /// <summary>Subjects are names of the configuration, of which nobody has as many. Whoever comes then is not watched.</summary>
    public const int MostEpisodes = 10_000;

    private readonly Dictionary<(string Rule, string? Service, string? Subject), Episode> _episodes = [];
    private readonly LinkedList<Alert> _past = new();
    private long _fired;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Alert> Open => [.. _episodes.Values.Select(static episode => episode.Alert).OfType<Alert>().OrderByDescending(static alert => alert.FiredAt).ThenByDescending(static alert => alert.Id, StringComparer.Ordinal)];

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Alert> Past => [.. _past];

    /// <summary>How many past alerts are kept.</summary>
    public int History
    {
        get;
        set
        {
            field = value;
            Forget();
        }
    }

    = 200;

    /// <summary>How many episodes are looked after.</summary>
    public int Episodes => _episodes.Count;

    /// <summary>Takes in what all rules see now. A subject that nobody sees any more is calm.</summary>
    /// <returns>What people are to be told.</returns>
    public IReadOnlyList<Transition> Observe(Moment now, IEnumerable<Observation> observations)
    {
        var transitions = new List<Transition>();
        var seen = new HashSet<(string Rule, string? Service, string? Subject)>();

        // Two that name one subject: the worse speaks for both.
        foreach (var observation in observations.OrderByDescending(static each => each.Measured.Value))
        {
            if (seen.Add(observation.Key))
            {
                Step(now, observation, transitions);
            }
        }

        foreach (var (key, episode) in _episodes.Where(each => !seen.Contains(each.Key)).ToList())
        {
            Step(now, key, episode, value: null, transitions);
        }

        return transitions;
    }

    /// <summary>Notes who knows of an alert, once.</summary>
    /// <returns>Whether it is open.</returns>
    public bool Acknowledge(string id, string? by, DateTimeOffset at)
    {
        if (_episodes.Values.FirstOrDefault(episode => string.Equals(episode.Alert?.Id, id, StringComparison.Ordinal)) is not { Alert: { } alert } found)
        {
            return false;
        }

        if (alert.AcknowledgedAt is null)
        {
            found.Alert = alert with { AcknowledgedAt = at, AcknowledgedBy = string.IsNullOrWhiteSpace(by) ? null : Fault.Excerpt(by.Trim()) };
        }

        return true;
    }

    private void Step(Moment now, Observation observation, List<Transition> transitions)
    {
        if (!_episodes.TryGetValue(observation.Key, out var episode))
        {
            if (!observation.Settings.IsTooMuch(observation.Measured.Value) || _episodes.Count >= MostEpisodes)
            {
                return;
            }

            _episodes.Add(observation.Key, episode = new Episode { BeganAt = now.Wall });
        }

        (episode.Rule, episode.Settings) = (observation.Rule, observation.Settings);
        Step(now, observation.Key, episode, observation.Measured.Value, transitions);
    }

    private void Step(Moment now, (string Rule, string? Service, string? Subject) key, Episode episode, double? value, List<Transition> transitions)
    {
        var (next, change) = episode.State.Step(value, episode.Settings!, now.Elapsed);
        episode.State = next;
        if (change == EpisodeChange.Fired)
        {
            episode.Alert = Fire(now, key, episode, value!.Value);
            transitions.Add(new Transition(episode.Alert));
        }
        else if (change == EpisodeChange.Recovered)
        {
            var over = episode.Alert! with { RecoveredAt = now.Wall };
            _past.AddFirst(over);
            Forget();
            transitions.Add(new Transition(over));
        }

        if (next.Phase == EpisodePhase.Calm)
        {
            _episodes.Remove(key);
        }
    }

    private Alert Fire(Moment now, (string Rule, string? Service, string? Subject) key, Episode episode, double value) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{process}-{++_fired}"),
        Rule = key.Rule,
        Severity = episode.Settings!.Severity,
        Service = key.Service,
        Subject = key.Subject,
        Summary = episode.Rule!.Sentence(key.Service, key.Subject, value),
        Value = value,
        BeganAt = episode.BeganAt,
        FiredAt = now.Wall,
    };

    private void Forget()
    {
        while (_past.Count > History)
        {
            _past.RemoveLast();
        }
    }

    private sealed class Episode
    {
        public EpisodeState State { get; set; }

        public AlertRule? Rule { get; set; }

        /// <summary>As they were when it was last seen.</summary>
        public RuleSettings? Settings { get; set; }

        public DateTimeOffset BeganAt { get; init; }

        public Alert? Alert { get; set; }
    }
}
