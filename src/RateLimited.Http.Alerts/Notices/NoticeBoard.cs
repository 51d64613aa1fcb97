using System.Globalization;
using RateLimited.Http.Alerts.Episodes;

namespace RateLimited.Http.Alerts.Notices;

/// <summary>
/// Gathers what fires and recovers into notices: by rule and severity, within the group interval, and not in quiet hours. Bounded: what fired and recovered before anybody was told is left out beyond
/// <see cref="MostTold"/>, and counted. Not thread-safe; time is handed in.
/// </summary>
/// <param name="process">What tells this process's notices from those of others.</param>
internal sealed class NoticeBoard(string process)
{
    public const int MostTold = 100;

    private readonly Dictionary<(string Rule, AlertSeverity Severity), Group> _groups = [];
    private long _made;

    /// <summary>How many alerts stand on it.</summary>
    public int Gathered => _groups.Values.Sum(static group => group.Fired.Count + group.Recovered.Count);

    public void Add(Transition transition, TimeSpan now)
    {
        var key = (transition.Alert.Rule, transition.Alert.Severity);
        if (!_groups.TryGetValue(key, out var group))
        {
            _groups.Add(key, group = new Group { OpenedAt = now });
        }

        group.Add(transition);
    }

    /// <summary>What is to be told now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="interval">For how long the alerts of one rule are gathered, from the first on.</param>
    /// <param name="quiet">When nobody is told; null for never.</param>
    /// <param name="source">Who says so.</param>
    public IReadOnlyList<AlertNotice> Take(Moment now, TimeSpan interval, QuietHours? quiet, string source)
    {
        var notices = new List<AlertNotice>();
        foreach (var (key, group) in _groups.OrderBy(static each => each.Value.OpenedAt).ToList())
        {
            if (quiet?.Hold(key.Severity, now.Wall) == true)
            {
                group.IsHeld = true;
            }
            else if (now.Elapsed - group.OpenedAt >= interval)
            {
                _groups.Remove(key);
                notices.Add(new AlertNotice
                {
                    Id = NextId(),
                    At = now.Wall,
                    Source = source,
                    Rule = key.Rule,
                    Severity = key.Severity,
                    Fired = [.. group.Fired],
                    Recovered = [.. group.Recovered],
                    Unlisted = group.Unlisted,
                    IsHeld = group.IsHeld,
                });
            }
        }

        return notices;
    }

    /// <summary>All of a day, for whoever wants it in one mail.</summary>
    public AlertNotice Summary(DateTimeOffset now, IReadOnlyList<Alert> open, IReadOnlyList<Alert> past, string source)
    {
        var day = now - TimeSpan.FromDays(1);
        Alert[] recovered = [.. past.Where(alert => alert.RecoveredAt > day).OrderBy(static alert => alert.RecoveredAt)];
        Alert[] fired = [.. open.Concat(recovered.Where(alert => alert.FiredAt > day)).OrderBy(static alert => alert.FiredAt)];
        return new AlertNotice
        {
            Id = NextId(),
            Kind = NoticeKind.DailySummary,
            At = now,
            Source = source,
            Rule = string.Empty,
            Severity = fired.Select(static alert => alert.Severity).DefaultIfEmpty().Max(),
            Fired = fired,
            Recovered = recovered,
        };
    }

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"{process}-n{++_made}");

    private sealed class Group
    {
        public required TimeSpan OpenedAt { get; init; }

        public List<Alert> Fired { get; } = [];

        public List<Alert> Recovered { get; } = [];

        public int Unlisted { get; private set; }

        public bool IsHeld { get; set; }

        public void Add(Transition transition)
        {
            var alert = transition.Alert;
            if (!transition.IsRecovery)
            {
                Fired.Add(alert);
                return;
            }

            // What is told of it is what it is by now.
            var at = Fired.FindIndex(fired => string.Equals(fired.Id, alert.Id, StringComparison.Ordinal));
            if (at < 0)
            {
                Recovered.Add(alert);
            }
            else if (Fired.Count + Recovered.Count > MostTold)
            {
                Fired.RemoveAt(at);
                Unlisted++;
            }
            else
            {
                Fired[at] = alert;
                Recovered.Add(alert);
            }
        }
    }
}
