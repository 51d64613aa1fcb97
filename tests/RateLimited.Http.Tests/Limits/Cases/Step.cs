namespace RateLimited.Http.Tests.Limits.Cases;

internal enum Act
{
    Try,
    TryWhenTold,
    GiveBack,
    ChargeMore,
    Look,
}

internal enum Pause
{
    None,
    OneTick,
    Any,
    PartOfWindow,
    UntilWindowLess,
    Window,
    WindowAndMore,
    UntilTold,
    UntilJustBeforeTold,
    TimeOfOne,
    Long,
}

/// <summary>Some time passes, then something is done. The raw numbers are read by whoever takes the step.</summary>
internal readonly record struct Step(Pause Pause, Act Act, int RawPause, int RawCost, int RawLease)
{
    /// <summary>How long the pause is for a limit. <paramref name="told"/> is the last instant that anybody was told to come back at.</summary>
    public long After(Scenario of, long now, long told) => Pause switch
    {
        Pause.None => 0,
        Pause.OneTick => 1,
        Pause.Any => Amounts.Scaled(RawPause, 0, of.Window),
        Pause.PartOfWindow => of.Window / (2 + (RawPause % 80)),
        Pause.UntilWindowLess => of.Window - 1,
        Pause.Window => of.Window,
        Pause.WindowAndMore => of.Window + of.Guard + (RawPause % 2),
        Pause.UntilTold => Math.Max(told - now, 0),
        Pause.UntilJustBeforeTold => Math.Max(told - now - 1, 0),
        Pause.TimeOfOne => (long)((Int128)of.Window * (1 + (RawPause % 5)) / of.Quota),
        _ => of.Window * (1 + (RawPause % 4)),
    };

    public long Cost(long most) => (RawCost % 8) switch
    {
        0 or 1 => 1,
        2 => most,
        3 => Math.Max(most / (1 + (RawCost % 10)), 1),
        _ => Amounts.Scaled(RawCost, 1, most),
    };

    public override string ToString() => $"{Pause}({RawPause}) {Act}({RawCost}, {RawLease})";
}
