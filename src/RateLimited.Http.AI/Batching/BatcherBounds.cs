using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Batching;

/// <summary>The range of every option of a batcher. What lies outside is refused when it is made, so that arithmetic and timers never see it.</summary>
internal static class BatcherBounds
{
    /// <summary>So many items of <see cref="OptionBounds.MaxAmount"/> each are in sum far from overflow.</summary>
    public const int MaxItems = 1_000_000;

    public static readonly NumberRange Items = new(1, MaxItems, "a whole number from 1 to 1_000_000");
    public static readonly NumberRange Amount = new(1, OptionBounds.MaxAmount, "a whole number from 1 to 10^12");
    public static readonly NumberRange Calls = new(1, 1_000, "a whole number from 1 to 1_000");
    public static readonly NumberRange Splits = new(0, 10_000, "a whole number from 0 to 10_000");
    public static readonly NumberRange Repeats = new(0, 20, "a whole number from 0 to 20");
    public static readonly DurationRange Delay = new(TimeSpan.Zero, TimeSpan.FromHours(1), "a duration from 0 s to 1 h");
}
