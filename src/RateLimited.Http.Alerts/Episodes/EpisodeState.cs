using RateLimited.Http.Alerts.Rules;

namespace RateLimited.Http.Alerts.Episodes;

/// <summary>
/// The state of one rule at one subject, and its only transitions. Pure: time is handed in and never goes back.
/// </summary>
/// <remarks>
/// <code>
/// Calm       too much: Pending
/// Pending    too much for long enough: Firing, and it is told. Not too much: Calm
/// Firing     over: Recovering. In between, and while too much: stays
/// Recovering over for long enough: Calm, and it is told. Not over: Firing, and nothing is told
/// </code>
/// A duration of zero is over at once, in the same step.
/// </remarks>
/// <param name="Phase">How far it has come.</param>
/// <param name="Since">Since when it has been there.</param>
internal readonly record struct EpisodeState(EpisodePhase Phase, TimeSpan Since)
{
    public (EpisodeState Next, EpisodeChange Change) Step(double? value, RuleSettings settings, TimeSpan now)
    {
        switch (Phase)
        {
            case EpisodePhase.Calm when settings.IsTooMuch(value):
                return new EpisodeState(EpisodePhase.Pending, now).FireIfDue(settings, now);
            case EpisodePhase.Pending:
                return settings.IsTooMuch(value) ? FireIfDue(settings, now) : (new EpisodeState(EpisodePhase.Calm, now), EpisodeChange.None);
            case EpisodePhase.Firing when settings.IsOver(value):
                return new EpisodeState(EpisodePhase.Recovering, now).RecoverIfDue(settings, now);
            case EpisodePhase.Recovering:
                return settings.IsOver(value) ? RecoverIfDue(settings, now) : (new EpisodeState(EpisodePhase.Firing, now), EpisodeChange.None);
            default:
                return (this, EpisodeChange.None);
        }
    }

    private (EpisodeState Next, EpisodeChange Change) FireIfDue(RuleSettings settings, TimeSpan now) =>
        now - Since >= settings.For ? (new EpisodeState(EpisodePhase.Firing, now), EpisodeChange.Fired) : (this, EpisodeChange.None);

    private (EpisodeState Next, EpisodeChange Change) RecoverIfDue(RuleSettings settings, TimeSpan now) =>
        now - Since >= settings.RecoverFor ? (new EpisodeState(EpisodePhase.Calm, now), EpisodeChange.Recovered) : (this, EpisodeChange.None);
}
