using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Bodies;

/// <summary>What an error code means.</summary>
internal readonly record struct BodyMeaning(ResponseKind Kind, ResponseScope Scope, QuotaHorizon Horizon = QuotaHorizon.Unknown)
{
    /// <summary>Of several codes in one body the one that would be worst to miss counts: a day's quota over a minute's rate.</summary>
    public int Gravity => Kind switch
    {
        ResponseKind.Exhausted => 5,
        ResponseKind.RefusedKey => 4,
        ResponseKind.Overloaded => 3,
        ResponseKind.Limited => 2,
        ResponseKind.Permission => 1,
        _ => 0,
    };
}
