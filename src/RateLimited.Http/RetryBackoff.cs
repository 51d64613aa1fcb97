namespace RateLimited.Http;

/// <summary>How the pauses between the attempts of one request grow. All of them are jittered, at the longest pause too, so that clients which failed together do not come back together.</summary>
public enum RetryBackoff
{
    /// <summary>By decorrelated jitter: each pause is drawn between the base and three times the one before it. The default.</summary>
    Exponential,

    /// <summary>Each pause is drawn between the base and a bound that grows by the base with every attempt.</summary>
    Linear,

    /// <summary>As <see cref="Exponential"/>, from a base that doubles with every failure of the service, whichever request it is, and halves with every success.</summary>
    Adaptive,
}
