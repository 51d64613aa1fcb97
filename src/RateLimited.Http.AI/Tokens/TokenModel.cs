using RateLimited.Http.AI.Text;

namespace RateLimited.Http.AI.Tokens;

/// <summary>
/// How many tokens a tokenizer makes of text, as a sum of so much for each feature of it. It begins with what is known of tokenizers in general and learns from every count that a response
/// reports: a linear regression by recursive least squares, which is a Kalman filter over weights that do not move (Plackett, 1950). Pure arithmetic without a clock; one thread at a time.
/// </summary>
internal sealed class TokenModel
{
    /// <summary>How far a single text is from the sum, as a part of its tokens: words differ in how common they are. Measured on the corpus beside the tests.</summary>
    private const double Scatter = 0.07;

    /// <summary>The variance, in tokens squared, that even the shortest text has.</summary>
    private const double LeastVariance = 4;

    /// <summary>A count further off than so many deviations teaches no more than one that is so far off: it is of something else than the text.</summary>
    private const double MostDeviations = 4;

    /// <summary>A count that is so many times the estimate, or as small a part of it, is none of this text at all.</summary>
    private const double Absurd = 20;

    private const int Length = TextCounts.Length;

    private readonly double[] _weights;
    private readonly double[] _covariance = new double[Length * Length];

    /// <param name="weights">What is known before: tokens for each feature.</param>
    /// <param name="doubt">How sure that is, as a part of each weight.</param>
    public TokenModel(ReadOnlySpan<double> weights, double doubt)
    {
        _weights = weights.ToArray();
        for (var i = 0; i < Length; i++)
        {
            _covariance[(i * Length) + i] = Math.Pow(doubt * weights[i], 2);
        }
    }

    /// <summary>The tokens of a text, a fraction, not negative.</summary>
    public double Estimate(in TextCounts counts)
    {
        var sum = 0.0;
        for (var i = 0; i < Length; i++)
        {
            sum += _weights[i] * counts[i];
        }

        return sum;
    }

    /// <summary>Takes in how many tokens a text was counted as. Returns whether that was believed.</summary>
    public bool Learn(in TextCounts counts, long actual)
    {
        var estimate = Estimate(counts);
        if (actual <= 0 || estimate <= 0 || actual > estimate * Absurd || actual < estimate / Absurd)
        {
            return false;
        }

        Span<double> gain = stackalloc double[Length];
        var variance = (Scatter * Scatter * actual * actual) + LeastVariance;
        for (var i = 0; i < Length; i++)
        {
            for (var j = 0; j < Length; j++)
            {
                gain[i] += _covariance[(i * Length) + j] * counts[j];
            }

            variance += gain[i] * counts[i];
        }

        var most = MostDeviations * Math.Sqrt(variance);
        var error = Math.Clamp(actual - estimate, -most, most);
        for (var i = 0; i < Length; i++)
        {
            // No feature takes tokens away.
            _weights[i] = Math.Max(0, _weights[i] + (gain[i] / variance * error));
            for (var j = 0; j < Length; j++)
            {
                _covariance[(i * Length) + j] -= gain[i] * gain[j] / variance;
            }
        }

        return true;
    }
}
