namespace RateLimited.Http;

/// <summary>How a limit spreads its quota over its window.</summary>
public enum QuotaPace
{
    /// <summary>Not at all: the quota may go as fast as the other limits let it. The default.</summary>
    None,

    /// <summary>
    /// Evenly, so that it lasts. Of a fixed window no more goes than the part of it that has passed, and the burst: what an idle morning left may go in the afternoon. Of a sliding window, which has no begin, in every interval L
    /// at most <c>Burst + Quota / Window × L</c>.
    /// </summary>
    Even,

    /// <summary>
    /// Of a fixed window, by demand at each hour of the week, as far as it was recorded: an hour in which twice as much is asked for has twice the part. Evenly while nothing is known, and where nothing records it, which
    /// RateLimited.Http.History does.
    /// </summary>
    Profile,
}
