using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>What was granted and not spent in its time. Only under the gate.</summary>
internal sealed partial class SharedService
{
    /// <summary>It goes back to everybody.</summary>
    public void GiveBackEnded(SharedBalance balance, long now)
    {
        while (TryTakeEnded(balance, now, out var note))
        {
            Note(note);
        }
    }

    /// <summary>The same of all that is held, in the exchange that is gathered.</summary>
    private void GiveBackEnded(long now)
    {
        foreach (var balance in _holding)
        {
            while (TryTakeEnded(balance, now, out var note))
            {
                _notes.Add(note);
            }
        }

        _holding.RemoveWhere(balance => balance.IsIdle && !balance.IsRefusedAt(now) && LetGo(balance));
    }

    private static bool TryTakeEnded(SharedBalance balance, long now, out SharedNote note)
    {
        var hasEnded = balance.TryTakeEnded(now, out var amount, out var receipt);
        note = new SharedNote { Kind = balance.Rule.Inner is FleetQuota ? NoteKind.Unused : NoteKind.GiveBack, Balance = balance, Receipt = receipt, Amount = amount };
        return hasEnded;
    }
}
