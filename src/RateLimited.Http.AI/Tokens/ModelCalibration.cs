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
    private AnswerLengths? _output;
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
    /// <param name="first">What is expected before twenty were seen.</param>
    public long Output(long first)
    {
        lock (_lock)
        {
            return _output?.Upper(first) ?? first;
        }
    }

    /// <summary>Takes in how many tokens a prompt was counted as.</summary>
    /// <param name="counts">The prompt.</param>
    /// <param name="estimate">What it was estimated as, without a margin.</param>
    /// <param name="actual">What it was counted as.</param>
    /// <param name="margin">The configured margin.</param>
    public void LearnInput(in TextCounts counts, double estimate, long actual, double margin)
    {
        lock (_lock)
        {
            if (_tokens.Learn(counts, actual))
            {
                var seen = _margin.Seen;
                _margin.Compare(estimate, actual, margin);
                _error += (Math.Abs(estimate - actual) / actual - _error) * Math.Max(ErrorShare, 1.0 / (seen + 1));
            }
        }
    }

    /// <summary>Takes in how many tokens an answer had.</summary>
    public void LearnOutput(long actual)
    {
        lock (_lock)
        {
            _output ??= new AnswerLengths();
            _output.Add(actual);
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
