namespace RateLimited.Http.Testing.Simulation;

/// <summary>Refuses figures that are out of range, by the property that holds them.</summary>
internal static class FigureBounds
{
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public static void Require(string property, decimal value, decimal least, decimal most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, FormattableString.Invariant($"{property} is from {least} to {most}."));
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public static void Require(string property, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{property} is from {least:c} to {most:c}.");
        }
    }
}
