namespace RateLimited.Http.AI.Tests.Simulation;

/// <summary>
/// An upstream that counts tokens as OpenAI, Azure and Anthropic are known to: buckets that refill continuously, from which a request takes what it is estimated to use (a quarter of its
/// characters, and all of <c>max_tokens</c>) before it begins, and gets back what it did not use when it ends.
/// </summary>
internal sealed class ReservingUpstream(double tokensPerMinute, double requestsPerMinute)
{
    private double _usedTokens;
    private double _usedRequests;
    private long _at;

    /// <summary>What it reserves for a request.</summary>
    public static double Reserved(int characters, long maxTokens) => Math.Ceiling(characters / 4.0) + maxTokens;

    /// <summary>A request arrives. Returns whether it is let in.</summary>
    public bool TryBegin(long now, double reserved)
    {
        Refill(now);
        if (_usedTokens + reserved > tokensPerMinute || _usedRequests + 1 > requestsPerMinute)
        {
            return false;
        }

        (_usedTokens, _usedRequests) = (_usedTokens + reserved, _usedRequests + 1);
        return true;
    }

    /// <summary>A request that was let in has ended.</summary>
    public void End(long now, double reserved, double used)
    {
        Refill(now);
        _usedTokens = Math.Max(_usedTokens - reserved + used, 0);
    }

    /// <summary>What the headers of an answer say.</summary>
    public void Report(long now, HttpResponseMessage response)
    {
        Refill(now);
        Add("requests", requestsPerMinute, requestsPerMinute - _usedRequests);
        Add("tokens", tokensPerMinute, tokensPerMinute - _usedTokens);

        void Add(string unit, double limit, double remaining)
        {
            response.Headers.Add($"x-ratelimit-limit-{unit}", FormattableString.Invariant($"{limit:0}"));
            response.Headers.Add($"x-ratelimit-remaining-{unit}", FormattableString.Invariant($"{Math.Max(Math.Floor(remaining), 0):0}"));
            response.Headers.Add($"x-ratelimit-reset-{unit}", FormattableString.Invariant($"{Math.Floor((limit - remaining) / limit * 60_000):0}ms"));
        }
    }

    private void Refill(long now)
    {
        var minutes = (double)(now - _at) / TimeSpan.TicksPerMinute;
        (_usedTokens, _usedRequests, _at) = (Math.Max(_usedTokens - (minutes * tokensPerMinute), 0), Math.Max(_usedRequests - (minutes * requestsPerMinute), 0), now);
    }
}
