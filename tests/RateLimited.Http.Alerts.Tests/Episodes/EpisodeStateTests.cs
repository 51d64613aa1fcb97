using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Alerts.Episodes;
using RateLimited.Http.Alerts.Rules;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Alerts.Tests.Episodes;

/// <summary>The state machine of one episode, against what its rules mean.</summary>
public sealed class EpisodeStateTests
{
    private static readonly Gen<Case> Cases =
        from forSeconds in Gen.Choose(0, 30)
        from recoverSeconds in Gen.Choose(0, 30)
        from values in Values.ArrayOf(40)
        from pauses in Gen.Choose(1, 20).ArrayOf(40)
        select new Case(
            new RuleSettings { Enabled = true, Severity = AlertSeverity.Warning, Above = 80, RecoverAt = 70, For = TimeSpan.FromSeconds(forSeconds), RecoverFor = TimeSpan.FromSeconds(recoverSeconds), MinimumCalls = 1 },
            [.. values.Zip(pauses)]);

    private static Gen<double?> Values => Gen.Elements<double?>(null, 0, 70, 70.1, 75, 80, 80.1, 200);

    [Fact]
    public void It_fires_and_recovers_exactly_when_it_was_too_much_or_over_for_long_enough() => Holds.For(Cases, static given =>
    {
        // Looked at from the end: how long has it been so without a break.
        var (told, isOpen, times) = (new List<EpisodeChange>(), false, Times(given));
        for (var i = 0; i < given.Steps.Count; i++)
        {
            var (settings, wanted) = (given.Settings, EpisodeChange.None);
            if (!isOpen && LastedSince(given, i, settings.IsTooMuch) is { } began && times[i] - times[began] >= settings.For)
            {
                (isOpen, wanted) = (true, EpisodeChange.Fired);
            }
            else if (isOpen && LastedSince(given, i, settings.IsOver) is { } over && times[i] - times[over] >= settings.RecoverFor)
            {
                (isOpen, wanted) = (false, EpisodeChange.Recovered);
            }

            told.Add(wanted);
        }

        Run(given).ShouldBe(told);
    });

    [Fact]
    public void One_notice_for_an_episode_and_one_for_its_end() => Holds.For(Cases, static given =>
    {
        var told = Run(given).Where(static change => change != EpisodeChange.None).ToArray();

        told.ShouldBe(told.Select(static (_, i) => i % 2 == 0 ? EpisodeChange.Fired : EpisodeChange.Recovered));
    });

    [Fact]
    public void Nothing_is_told_of_what_stays_between_over_and_too_much() => Holds.For(
        from given in Cases
        from between in Gen.Elements<double?>(70.1, 75, 79.9, 80).ArrayOf(40)
        select (given, between),
        static drawn =>
        {
            var (state, now) = (default(EpisodeState), TimeSpan.Zero);
            foreach (var (value, pause) in drawn.given.Steps)
            {
                state = state.Step(value, drawn.given.Settings, now += TimeSpan.FromSeconds(pause)).Next;
            }

            var isOpen = state.Phase is EpisodePhase.Firing or EpisodePhase.Recovering;
            foreach (var value in drawn.between)
            {
                (state, var change) = state.Step(value, drawn.given.Settings, now += TimeSpan.FromHours(1));
                change.ShouldBe(EpisodeChange.None);
                (state.Phase == EpisodePhase.Firing).ShouldBe(isOpen);
            }
        });

    private static List<EpisodeChange> Run(Case given)
    {
        var (state, changes, times) = (default(EpisodeState), new List<EpisodeChange>(), Times(given));
        for (var i = 0; i < given.Steps.Count; i++)
        {
            (state, var change) = state.Step(given.Steps[i].Value, given.Settings, times[i]);
            changes.Add(change);
        }

        return changes;
    }

    private static TimeSpan[] Times(Case given)
    {
        var now = TimeSpan.Zero;
        return [.. given.Steps.Select(step => now += TimeSpan.FromSeconds(step.Pause))];
    }

    private static int? LastedSince(Case given, int until, Func<double?, bool> holds)
    {
        var i = until;
        while (i >= 0 && holds(given.Steps[i].Value))
        {
            i--;
        }

        return i == until ? null : i + 1;
    }

    private sealed record Case(RuleSettings Settings, IReadOnlyList<(double? Value, int Pause)> Steps)
    {
        public override string ToString() => $"{Settings.For}, {Settings.RecoverFor}: {string.Join(' ', Steps)}";
    }
}
