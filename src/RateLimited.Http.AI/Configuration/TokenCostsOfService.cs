using RateLimited.Http.AI.Estimation;

namespace RateLimited.Http.AI.Configuration;

/// <summary>The public face of what one service has spent.</summary>
internal sealed class TokenCostsOfService(ServiceTokens tokens) : ITokenCosts
{
    public string Service => tokens.Service;

    public Spend GetSpend() => tokens.Status();
}
