using RateLimited.Http.Limits;

namespace RateLimited.Http.Redis.Messages;

/// <summary>
/// A fixed window's. Windows of the clock begin at whole multiples since 1970, which the script finds itself. A time zone's calendar it does not know: four midnights are told, by what the server's
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
        message.Add((long)Kind, rule.Quota, _window, guard, (long)_anchor);
        if (_anchor != Anchor.Zone)
        {
            message.Add(0, 0, 0, 0);
            return;
        }

        // The window before the present one too: windows may have been moved later, by less than one.
        var now = DateTime.UnixEpoch.Ticks + (serverNow * TimeSpan.TicksPerMicrosecond);
        var (before, begin) = (0L, _grid.NextAfter(now - (2 * rule.Window) - (2 * TimeSpan.TicksPerDay)));
        for (var next = _grid.NextAfter(begin); next <= now || before == 0; next = _grid.NextAfter(next))
        {
            (before, begin) = (begin, next);
        }

        var end = _grid.NextAfter(begin);
        message.Add(ToUnix(before), ToUnix(begin), ToUnix(end), ToUnix(_grid.NextAfter(end)));
    }

    private static long ToUnix(long utcTicks) => (utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
