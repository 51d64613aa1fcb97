using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Alerts.Episodes;
using RateLimited.Http.Alerts.Notices;
using RateLimited.Http.Alerts.Rules;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Alerts.Tests.Notices;

/// <summary>From what rules see to what people are told, with grouping and quiet hours: whatever is seen.</summary>
public sealed class NoticePropertyTests
{
    private const int Steps = 60;

    private static readonly string[] Subjects = ["one", "two", "three", "four"];
    private static readonly AlertRule[] Rules = [.. KnownRules.All.Where(static rule => rule.Name is "UsageHigh" or "UsageCritical" or "Unexpected429")];

    private static readonly Gen<Case> Cases =
        from interval in Gen.Choose(0, 600)
        from history in Gen.Choose(0, 8)
        from isQuiet in Gen.Elements(true, false)
        from values in Gen.Elements<double?>(null, 0, 78, 85, 99).ArrayOf(Steps * Subjects.Length * Rules.Length)
        from pauses in Gen.Choose(1, 1_200).ArrayOf(Steps)
        select new Case(TimeSpan.FromSeconds(interval), history, isQuiet ? new QuietHours(new TimeOnly(1, 0), new TimeOnly(3, 0), TimeZoneInfo.Utc, AlertSeverity.Critical) : null, values, pauses);

    [Fact]
    public void Every_alert_is_told_once_when_it_fires_and_once_when_it_is_over() => Holds.For(
        Cases,
        static given =>
        {
            var (notices, transitions, open) = Run(given);
            var fired = notices.SelectMany(static notice => notice.Fired).Select(static alert => alert.Id).ToArray();
            var recovered = notices.SelectMany(static notice => notice.Recovered).Select(static alert => alert.Id).ToArray();

            fired.ShouldBeUnique();
            recovered.ShouldBeUnique();
            fired.Length.ShouldBe(transitions.Count(static each => !each.IsRecovery));
            recovered.Length.ShouldBe(transitions.Count(static each => each.IsRecovery));
            fired.Except(recovered, StringComparer.Ordinal).ShouldBe(open.Select(static alert => alert.Id), ignoreOrder: true);
            notices.Select(static notice => notice.Id).ShouldBeUnique();
        },
        share: 10);

    [Fact]
    public void A_recovery_is_never_told_before_its_alert_and_alerts_of_one_subject_do_not_overlap() => Holds.For(
        Cases,
        static given =>
        {
            var (notices, transitions, _) = Run(given);
            var told = new HashSet<string>(StringComparer.Ordinal);
            foreach (var notice in notices)
            {
                told.UnionWith(notice.Fired.Select(static alert => alert.Id));
                notice.Recovered.All(alert => told.Contains(alert.Id)).ShouldBeTrue();
            }

            foreach (var episodes in transitions.GroupBy(static each => (each.Alert.Rule, each.Alert.Service, each.Alert.Subject)))
            {
                episodes.Select(static each => each.IsRecovery).ShouldBe(episodes.Select(static (_, i) => i % 2 == 1));
            }
        },
        share: 10);

    [Fact]
    public void A_notice_is_of_one_rule_and_comes_when_its_group_is_gathered_and_not_in_quiet_hours() => Holds.For(
        Cases,
        static given =>
        {
            foreach (var notice in Run(given).Notices)
            {
                var alerts = notice.Fired.Concat(notice.Recovered).ToArray();
                alerts.ShouldNotBeEmpty();
                alerts.All(alert => alert.Rule == notice.Rule && alert.Severity == notice.Severity).ShouldBeTrue();
                if (notice.Source != "end")
                {
                    (given.Quiet?.Hold(notice.Severity, notice.At) == true).ShouldBeFalse();
                    alerts.Max(alert => notice.At - (alert.RecoveredAt ?? alert.FiredAt)).ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
                    alerts.Max(alert => notice.At - alert.FiredAt).ShouldBeGreaterThanOrEqualTo(given.Interval);
                }
            }
        },
        share: 10);

    [Fact]
    public void However_long_nobody_is_told_what_is_kept_is_bounded()
    {
        var (ledger, board, now) = (new Ledger("p") { History = 3 }, new NoticeBoard("p"), new Moment(TimeSpan.Zero, DateTimeOffset.UnixEpoch));
        var rule = Rules.Single(static each => each.Name == "Unexpected429");
        var settings = rule.Defaults with { RecoverFor = TimeSpan.Zero };
        for (var i = 0; i < 2_000; i++)
        {
            now = new Moment(now.Elapsed + TimeSpan.FromSeconds(1), now.Wall + TimeSpan.FromSeconds(1));
            foreach (var transition in ledger.Observe(now, [new Observation(rule, settings, "api", new Measured(null, i % 2))]))
            {
                board.Add(transition, now.Elapsed);
            }

            (board.Gathered <= NoticeBoard.MostTold + 2).ShouldBeTrue();
            (ledger.Past.Count, ledger.Episodes).ShouldBe((Math.Min(i / 2, 3), i % 2));
        }

        var notice = board.Take(now, TimeSpan.Zero, quiet: null, "p").ShouldHaveSingleItem();
        (notice.Fired.Count + notice.Unlisted).ShouldBe(1_000);
        notice.Fired.Select(static alert => alert.Id).Except(notice.Recovered.Select(static alert => alert.Id), StringComparer.Ordinal).ShouldBe(ledger.Open.Select(static alert => alert.Id));
    }

    [Fact]
    public void More_subjects_than_anybody_has_are_not_watched()
    {
        var ledger = new Ledger("p");
        var rule = Rules.Single(static each => each.Name == "UsageHigh");

        ledger.Observe(new Moment(TimeSpan.Zero, DateTimeOffset.UnixEpoch), Enumerable.Range(0, Ledger.MostEpisodes + 10).Select(i => new Observation(rule, rule.Defaults, "api", new Measured($"{i}", 99))));

        ledger.Episodes.ShouldBe(Ledger.MostEpisodes);
    }

    private static (List<AlertNotice> Notices, List<Transition> Transitions, IReadOnlyList<Alert> Open) Run(Case given)
    {
        var (ledger, board, notices, all) = (new Ledger("p") { History = given.History }, new NoticeBoard("p"), new List<AlertNotice>(), new List<Transition>());
        var (now, next) = (new Moment(TimeSpan.Zero, DateTimeOffset.UnixEpoch), 0);
        foreach (var pause in given.Pauses)
        {
            now = new Moment(now.Elapsed + TimeSpan.FromSeconds(pause), now.Wall + TimeSpan.FromSeconds(pause));
            var observed = (from rule in Rules from subject in Subjects select new Observation(rule, rule.Defaults, "api", new Measured(subject, given.Values[next++]))).ToArray();
            foreach (var transition in ledger.Observe(now, observed))
            {
                all.Add(transition);
                board.Add(transition, now.Elapsed);
            }

            ledger.Past.Count.ShouldBeLessThanOrEqualTo(given.History);
            ledger.Episodes.ShouldBeLessThanOrEqualTo(observed.Length);
            notices.AddRange(board.Take(now, given.Interval, given.Quiet, "p"));
        }

        notices.AddRange(board.Take(now, TimeSpan.Zero, quiet: null, "end"));
        board.Gathered.ShouldBe(0);
        notices.ShouldAllBe(static notice => notice.Unlisted == 0);
        return (notices, all, ledger.Open);
    }

    private sealed record Case(TimeSpan Interval, int History, QuietHours? Quiet, IReadOnlyList<double?> Values, IReadOnlyList<int> Pauses)
    {
        public override string ToString() => $"{Interval}, {History}, {Quiet}: {string.Join(' ', Values)} / {string.Join(' ', Pauses)}";
    }
}
