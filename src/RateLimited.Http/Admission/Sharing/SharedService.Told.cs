using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// That responses tell of a key's quota: told by whoever hears it, and heard by whoever joins before anybody there goes with the key. It stands beside how the quota is and has versions as that has; who was
/// answered with the key asks no more. Only under the gate.
/// </summary>
internal sealed partial class SharedService
{
    /// <summary>The reason of what holds nobody up and is to be known for as long.</summary>
    private const long Tells = 1;

    /// <summary>What is told is told again when so many parts of four are left of the time for which it is known.</summary>
    private const int FreshParts = 3;

    private bool _hasHeardTold;

    /// <summary>What is told of a quota.</summary>
    public SharedRest ToldOf(QuotaGroup quota) => quota.Told ??= new SharedRest(quota, this, _store);

    /// <summary>Responses tell of a key's quota: who joins is to know that there is something to be told of it, and that others may have used it. Now and then is enough.</summary>
    public void Tell(QuotaGroup quota, long now, long longest)
    {
        if (quota.Owner is null || _health.IsAlone || ToldOf(quota) is not { } told || told.Said.Until - now > longest / 4 * FreshParts)
        {
            return;
        }

        told.Said = new KeyRest(RestReason.None, Saturating.Add(now, longest));
        _notes.Add(new SharedNote { Kind = NoteKind.Told, Balance = told.Balance, Receipt = Tells, Instant = told.Said.Until });
        Kick();
    }

    /// <summary>Another process was told of a key's quota.</summary>
    private void HearTold(SharedRest told, QuotaGroup quota, long news, long wait, long now)
    {
        told.Version = news / Reasons;
        if (news % Reasons == Tells && wait is > 0 and not LimitRule.Never)
        {
            told.Said = new KeyRest(RestReason.None, Saturating.Add(now, Math.Min(wait, _service.Definition.Correction.MaxHint.Ticks)));
            _hasHeardTold |= quota.First.ExpectTold();
        }
    }

    /// <summary>Whether requests wait for a first answer since this was asked last.</summary>
    private bool TakeHeardTold()
    {
        var hasHeard = _hasHeardTold;
        _hasHeardTold = false;
        return hasHeard;
    }
}
