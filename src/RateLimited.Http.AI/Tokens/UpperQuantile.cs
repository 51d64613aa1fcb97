namespace RateLimited.Http.AI.Tokens;

/// <summary>
/// The value that all but one in twenty of a stream of numbers stay below, kept as one number: it goes up a step for each that is above and down a nineteenth of that for each that is not
/// (stochastic approximation, Robbins and Monro, 1951). Steps are parts of it, so that it moves as fast among thousands as among tens. Pure; one thread at a time.
/// </summary>
internal struct UpperQuantile(double first)
{
    private const double Above = 0.05;
    private const double FirstStep = 0.5;
    private const double LastStep = 0.02;

    private int _seen;

    /// <summary>The value as far as is known.</summary>
    public double Value { get; private set; } = first;

    /// <summary>Takes in a number of the stream.</summary>
    /// <param name="number">The number.</param>
    /// <param name="most">What the value is kept below: above it nobody asks how far.</param>
    public void Add(double number, double most = double.MaxValue)
    {
        var step = Math.Max(FirstStep / (1 + (_seen * 0.1)), LastStep);
        Value = Math.Min(Value * (number > Value ? 1 + (step * (1 - Above)) : 1 - (step * Above)), most);
        _seen = Math.Min(_seen + 1, int.MaxValue - 1);
    }
}
