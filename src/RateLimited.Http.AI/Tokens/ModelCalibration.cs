using RateLimited.Http.AI.Text;

namespace RateLimited.Http.AI.Tokens;

/// <summary>All that was learned of one model of a service. Thread-safe: the lock is held for a few hundred multiplications and for nothing else.</summary>
internal sealed class ModelCalibration(string model)
{
    /// <summary>The share of the newest in the running error: about the last fifty count.</summary>
    private const double ErrorShare = 0.02;

    private readonly Lock _lock = new();
    private readonly TokenModel _tokens = TokenPriors.For(model);
    private SafetyMargin _margin = new();
    private UpperQuantile? _output;
    private double _error;

    /// <summary>The tokens of a prompt, with and without the margin.</summary>
    /// <param name="counts">The prompt.</param>
    /// <param name="margin">The configured margin.</param>
    public (double Plain, double Safe) Input(in TextCounts counts, double margin)
    {
        lock (_lock)
        {
            var plain = _tokens.Estimate(counts);
            return (plain, plain * _margin.Of(margin));
        }
    }

    /// <summary>How long answers are: all but one in twenty are no longer.</summary>
    /// <param name="first">What is expected before any was seen.</param>
    public double Output(double first)
    {
        lock (_lock)
        {
            return _output?.Value ?? first;
        }
    }

    /// <summary>Takes in how many tokens a prompt was counted as.</summary>
    public void LearnInput(in TextCounts counts, double estimate, long actual)
    {
        lock (_lock)
        {
            if (_tokens.Learn(counts, actual))
            {
                var seen = _margin.Seen;
                _margin.Compare(estimate, actual);
                _error += (Math.Abs(estimate - actual) / actual - _error) * Math.Max(ErrorShare, 1.0 / (seen + 1));
            }
        }
    }

    /// <summary>Takes in how long an answer was.</summary>
    /// <param name="first">What is expected before any was seen.</param>
    /// <param name="actual">The tokens of the answer.</param>
    public void LearnOutput(double first, long actual)
    {
        lock (_lock)
        {
            var output = _output ?? new UpperQuantile(first);
            output.Add(actual);
            _output = output;
        }
    }

    /// <summary>What is shown of it: how many responses taught it, how far estimates are off on average, and the margin in use.</summary>
    public (int Seen, double Error, double Margin) Status(double margin)
    {
        lock (_lock)
        {
            return (_margin.Seen, _error, _margin.Of(margin));
        }
    }
}
