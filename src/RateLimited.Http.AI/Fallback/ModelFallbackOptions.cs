namespace RateLimited.Http.AI.Fallback;

/// <summary>When a call goes on to another client or model. Read once, when the client is made.</summary>
public sealed class ModelFallbackOptions
{
    /// <summary>
    /// Why a call goes on. Default, while the list is empty: <see cref="FallbackCause.Limited"/> (429, 402, 529: too much was asked, or the quota or the money is used up), <see cref="FallbackCause.Refused"/> (this side's own
    /// limits) and <see cref="FallbackCause.CircuitOpen"/>, but not <see cref="FallbackCause.Failed"/>.
    /// </summary>
    public IList<FallbackCause> Causes { get; } = [];

    /// <summary>
    /// Reads a failure of a client library: why another may answer instead, or null where it is the call's own. Called concurrently. Default: null, which reads the refusals of this library and the statuses in the exceptions of
    /// <see cref="HttpClient"/> and of OpenAI's, Azure's and Anthropic's libraries, however they are wrapped.
    /// </summary>
    public Func<Exception, FallbackCause?>? Read { get; set; }
}
