namespace RateLimited.Http.Resilience;

/// <summary>What a series of health probes says: it takes several of a kind, one after the other, to change it. Not thread-safe.</summary>
internal sealed class HealthHysteresis
{
    private int _failures;
    private int _successes;

    /// <summary>Takes one more result.</summary>
    /// <param name="result">What the probe said; one that says nothing changes nothing.</param>
    /// <param name="rule">How many of a kind it takes.</param>
    /// <returns>True when the service is well by now, false when it is not, null where that is not said.</returns>
    public bool? Add(CallResult result, HealthRule rule)
    {
        switch (result)
        {
            case CallResult.Success:
                _failures = 0;
                _successes = Math.Min(_successes + 1, rule.SuccessesToClose);
                return _successes == rule.SuccessesToClose ? true : null;
            case CallResult.Failure:
                _successes = 0;
                _failures = Math.Min(_failures + 1, rule.FailuresToOpen);
                return _failures == rule.FailuresToOpen ? false : null;
            default:
                return null;
        }
    }
}
