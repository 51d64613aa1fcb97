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

        var now = DateTime.UnixEpoch.Ticks + (serverNow * TimeSpan.TicksPerMicrosecond);
        var begin = _grid.NextAfter(now - rule.Window - (2 * TimeSpan.TicksPerDay));
        for (var next = _grid.NextAfter(begin); next <= now; next = _grid.NextAfter(next))
        {
            begin = next;
        }

        var (first, second) = (_grid.NextAfter(begin), _grid.NextAfter(_grid.NextAfter(begin)));
        message.Add(ToUnix(begin), ToUnix(first), ToUnix(second), ToUnix(_grid.NextAfter(second)));
    }

    private static long ToUnix(long utcTicks) => (utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
