using RateLimited.Http.Admission;
using RateLimited.Http.Keys;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// What the keys of one request have said to it: one that refused it is not asked again, and what they are found guilty of is noted when the last one has answered. A state machine that sends nothing; not
/// thread-safe.
/// </summary>
internal struct KeyMoves
{
    private List<KeyAttempt>? _refused;

    /// <summary>Whether a request goes again, with a key that it has not gone with and that may be used now. What is said at its end of keys that it was refused with before is noted here.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="limiter">Their service.</param>
    /// <param name="attempt">How it went.</param>
    /// <param name="verdict">What the answer means.</param>
    /// <param name="isGivenUp">Whether nobody waits for it any more.</param>
    /// <param name="asked">What is asked for it; from then on without the key.</param>
    public bool TryMove(PoolRing keys, ServiceLimiter limiter, in KeyAttempt attempt, in Verdict verdict, bool isGivenUp, ref AdmissionRequest asked)
    {
        if (verdict.Kind == ResponseKind.RefusedKey)
        {
            (_refused ??= []).Add(attempt);
        }

        var concernsKey = PoolRing.ConcernsKey(verdict);
        var elsewhere = concernsKey ? asked with { Key = new KeyWish(asked.Key?.Realm, [.. asked.Key?.Without ?? [], attempt.Key.Name]) } : asked;
        if (concernsKey && !isGivenUp && limiter.HasOpenKey(elsewhere))
        {
            asked = elsewhere;
            keys.Move(attempt.Key, verdict.Kind, limiter);
            return true;
        }

        if (_refused is { } refused)
        {
            Judge(keys, limiter, verdict.Kind, refused, elsewhere);
        }

        return false;
    }

    /// <summary>
    /// The same request with other keys is the only evidence that there is of where nobody named endpoints: who was refused what others were not is at fault; what all were refused is nobody's fault. All are not
    /// all where one was only told to wait, or rests and will soon be back.
    /// </summary>
    private static void Judge(PoolRing keys, ServiceLimiter limiter, ResponseKind last, List<KeyAttempt> refused, in AdmissionRequest elsewhere)
    {
        if (last == ResponseKind.Fine)
        {
            keys.Contradict(refused, limiter);
        }
        else if (last == ResponseKind.RefusedKey && refused.Count > 1 && refused.Count == elsewhere.Key?.Without.Count && !limiter.HasOpenKey(elsewhere, within: KeyTrust.FirstProbe))
        {
            keys.Withdraw(refused, limiter);
        }
    }
}
