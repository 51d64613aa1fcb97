using System.Diagnostics.CodeAnalysis;

namespace RateLimited.Http.Configuration;

/// <summary>One limit: so much quota of a unit in a window. The short form of most is one line of text.</summary>
public sealed class LimitOptions
{
    /// <summary>A day's are hours: short enough that the quota lasts the window, and long enough for a burst.</summary>
    private const long SharesOfAWindow = 24;

    /// <summary>The limit's name in status, metrics and refusals. Default: made of quota, unit and window, such as <c>500/minute</c>.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// The quota, 1 to 10^12. Required, except for the adaptive algorithms: there it is the ceiling, by default (zero) 1 000 000 a second for <see cref="LimitAlgorithm.AdaptiveRate"/>
    /// and 1 000 for <see cref="LimitAlgorithm.AdaptiveConcurrency"/>; <see cref="LimitAlgorithm.AdaptiveThrottle"/> has none.
    /// </summary>
    public long Quota { get; set; }

    /// <summary>What the quota counts. Default: <see cref="UnitCost.Requests"/>.</summary>
    public string Unit { get; set; } = UnitCost.Requests;

    /// <summary>The window, 1 ms to 31 days. Required, except where there is no quota, and for concurrency limits, which have none.</summary>
    public TimeSpan? Window { get; set; }

    /// <summary>How the limit counts. Default: <see cref="LimitAlgorithm.SlidingWindow"/>.</summary>
    public LimitAlgorithm Algorithm { get; set; }

    /// <summary>
    /// For <see cref="LimitAlgorithm.TokenBucket"/>: how much may go at once after a pause, 1 to 10^12. Default: the quota. A burst of Q at a rate of Q per window
    /// admits up to 2Q in one window, which is what upstreams that refill continuously count too. With a <see cref="Pace"/>: how much may go at once ahead of it, 1 to the quota; of a
    /// sliding window that is the most that one request may cost. Default: a twenty-fourth of the quota, which is an hour's share of a day, and at least one.
    /// </summary>
    public long? Burst { get; set; }

    /// <summary>
    /// For <see cref="LimitAlgorithm.AdaptiveRate"/> and <see cref="LimitAlgorithm.AdaptiveConcurrency"/>: the limit before anything was learned, 1 to the quota, and without a quota per
    /// second. Default: the quota for a rate, so that nothing is held up before the upstream first refuses; 20 for concurrency.
    /// </summary>
    public long? Initial { get; set; }

    /// <summary>For <see cref="LimitAlgorithm.AdaptiveConcurrency"/>: how low the limit may fall, 1 to the quota. Default: 1.</summary>
    public long? Minimum { get; set; }

    /// <summary>For <see cref="LimitAlgorithm.FixedWindow"/>: where windows begin. Default: <see cref="WindowAnchor.Clock"/>.</summary>
    public WindowAnchor Anchor { get; set; }

    /// <summary>
    /// For <see cref="LimitAlgorithm.FixedWindow"/> anchored to the clock with a window of whole days: the IANA name of the time zone whose midnight windows begin at.
    /// Default: null, UTC.
    /// </summary>
    public string? TimeZone { get; set; }

    /// <summary>
    /// For <see cref="LimitAlgorithm.FixedWindow"/> and <see cref="LimitAlgorithm.SlidingWindow"/> with a window of an hour or more: how the quota is spread over the window; by <see cref="QuotaPace.Profile"/> for the
    /// former alone. Default: <see cref="QuotaPace.None"/>.
    /// </summary>
    public QuotaPace Pace { get; set; }

    /// <summary>What the limit counts separately by. Default: <see cref="PartitionBy.Service"/>.</summary>
    public PartitionBy Partition { get; set; }

    /// <summary>What the burst is where none is given.</summary>
    internal long UsualBurst => Pace == QuotaPace.None ? Quota : ((Quota - 1) / SharesOfAWindow) + 1;

    /// <summary>Whether it learns its limit, so that it needs no quota.</summary>
    internal bool IsAdaptive => Algorithm is LimitAlgorithm.AdaptiveRate or LimitAlgorithm.AdaptiveConcurrency or LimitAlgorithm.AdaptiveThrottle;

    /// <summary>Where the limit was read from, so that a fault found later names the place as its writer knows it.</summary>
    internal string? Path { get; set; }

    /// <summary>What would be right in place of a text that is no limit; the text is then the limit's name. Kept, so that it is reported with all other faults.</summary>
    internal string? Unreadable { get; private init; }

    /// <summary>The name in use: the one that was given, or the one made of quota, unit and window.</summary>
    internal string EffectiveName => Name ?? LimitText.Name(this);

    /// <summary>
    /// Reads the short form: <c>500/minute</c>, <c>150_000 tokens/1m</c>, <c>20 units/12 hours</c>, <c>5 concurrent</c>; then any of <c>sliding</c>, <c>token-bucket</c>,
    /// <c>burst 20</c>, <c>adaptive</c>, <c>initial 20</c>, <c>min 2</c>, <c>pace even</c> or <c>pace profile</c> (with <c>burst 20</c> behind it), <c>fixed</c> (with <c>first-use</c>, <c>announced</c> or a time zone behind it), <c>per tenant</c>, <c>per name</c>, <c>per key</c>. Without a quota:
    /// <c>adaptive rate</c>, <c>adaptive concurrency</c>, <c>adaptive throttle</c>, with a unit as in <c>adaptive rate of tokens</c>. The same in every culture.
    /// </summary>
    /// <param name="text">The short form.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is no limit, or one out of range; the message says what would be right.</exception>
    public static LimitOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var limit, out var fault) ? limit : throw new FormatException($"{Fault.Quote(text)} is not a limit; write {fault}.");
    }

    /// <summary>Reads the short form as <see cref="Parse"/> does. Never throws.</summary>
    /// <param name="text">The short form.</param>
    /// <param name="limit">The limit, or null.</param>
    /// <param name="fault">What would be right in place of the text, or null.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out LimitOptions? limit, [NotNullWhen(false)] out string? fault)
    {
        fault = LimitText.Read(text, out limit);
        if (fault is null)
        {
            return true;
        }

        limit = null;
        return false;
    }

    /// <summary>Reads the short form, and keeps for validation what is wrong with it.</summary>
    internal static LimitOptions Read(string? text, string? path)
    {
        if (!TryParse(text, out var limit, out var fault))
        {
            limit = new LimitOptions { Unreadable = fault, Name = text };
        }

        limit.Path = path;
        return limit;
    }

    /// <summary>The short form of the limit. Its name, if one was given, is not part of it.</summary>
    public override string ToString() => LimitText.Format(this);
}
