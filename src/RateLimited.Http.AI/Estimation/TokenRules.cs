using RateLimited.Http.AI.Money;

namespace RateLimited.Http.AI.Estimation;

/// <summary>How a service's tokens are estimated and counted: valid options, immutable.</summary>
/// <param name="Margin">By how much estimates are raised at first.</param>
/// <param name="Reserve">What is charged for answers beforehand.</param>
/// <param name="ExpectedOutput">How long answers are before twenty were seen.</param>
/// <param name="Cached">Whether cached tokens count.</param>
/// <param name="IsCacheFree">What the provider does about them, where that is asked.</param>
/// <param name="GivesBack">Whether what was reserved and not used comes back.</param>
/// <param name="AudioMinimum">The least that audio is charged, in seconds.</param>
/// <param name="Prices">What models cost.</param>
/// <param name="Counter">An exact tokenizer, or null.</param>
internal sealed record TokenRules(
    double Margin, OutputReserve Reserve, long ExpectedOutput, CachedTokens Cached, bool IsCacheFree, bool GivesBack, decimal AudioMinimum, PriceTable Prices, ITokenCounter? Counter)
{
    /// <summary>Whether cached tokens of an answer are left out.</summary>
    public bool LeavesOutCached(Requests.RequestShape shape) => Cached switch
    {
        CachedTokens.Counted => false,
        CachedTokens.Free => true,
        _ => IsCacheFree || shape == Requests.RequestShape.Messages,
    };
}
