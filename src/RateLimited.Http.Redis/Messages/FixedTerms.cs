using RateLimited.Http.Limits;

namespace RateLimited.Http.Redis.Messages;

/// <summary>
/// A fixed window's. Windows of the clock begin at whole multiples since 1970, which the script finds itself. A time zone's calendar it does not know: six midnights are told, by what the server's
/// clock is known to show, and where they do not surround what it really shows it asks for others.
/// </summary>
internal sealed class FixedTerms(long id, FixedWindow rule) : LimitTerms(id)
{
    /// <summary>The script's numbers for where windows begin.</summary>
    private enum Anchor
    {
        Clock = 0,
        Zone = 1,
        FirstUse = 2,
        Announced = 3,
    }

    /// <summary>How many midnights are told that lie before the present, and how many after it.</summary>
    private const int Before = 3;
    private const int After = 3;

    private readonly long _window = Micros(rule.Window);

    private readonly Anchor _anchor = rule.Anchor switch
    {
        WindowAnchor.Clock => rule.Zone is null ? Anchor.Clock : Anchor.Zone,
        WindowAnchor.FirstUse => Anchor.FirstUse,
        _ => Anchor.Announced,
    };

    private readonly WindowGrid _grid = new(rule.Window, rule.Zone);

    public override LimitKind Kind => LimitKind.Fixed;

    public override void Write(MessageWriter message, long guard, long serverNow)
    {
        message.Add(Id, (long)Kind, rule.Quota, _window, guard, (long)_anchor, 0, 0, 0, 0);
        if (_anchor != Anchor.Zone)
        {
            return;
        }

        // Windows before the present one too: they may have been moved later, by less than one, and not all are as long.
        var now = DateTime.UnixEpoch.Ticks + (serverNow * TimeSpan.TicksPerMicrosecond);
        var next = _grid.NextAfter(now - ((Before + 1) * rule.Window) - TimeSpan.TicksPerDay);
        Span<long> passed = stackalloc long[Before];
        for (; next <= now; next = _grid.NextAfter(next))
        {
            passed[1..].CopyTo(passed);
            passed[^1] = next;
        }

        foreach (var midnight in passed)
        {
            message.Add(ToUnix(midnight));
        }

        for (var i = 0; i < After; i++)
        {
            message.Add(ToUnix(next));
            next = _grid.NextAfter(next);
        }
    }

    private static long ToUnix(long utcTicks) => (utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
