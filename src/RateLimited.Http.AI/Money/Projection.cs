namespace RateLimited.Http.AI.Money;

/// <summary>What a period comes to if it goes on as it has. Pure.</summary>
internal static class Projection
{
    /// <summary>Nothing is said before this part of the period was seen: one dear request in its first minute is no trend.</summary>
    private const int LeastPart = 100;

    /// <param name="spent">What was spent in the period.</param>
    /// <param name="seen">For how long spending was counted in it.</param>
    /// <param name="left">How long it still lasts.</param>
    /// <param name="length">How long all of it is.</param>
    public static decimal? Of(decimal spent, TimeSpan seen, TimeSpan left, TimeSpan length) =>
        seen <= TimeSpan.Zero || seen < length / LeastPart ? null : spent + (spent * left.Ticks / seen.Ticks);
}
