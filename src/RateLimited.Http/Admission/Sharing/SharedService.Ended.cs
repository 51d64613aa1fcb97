using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>What was granted and not spent in its time, and what has been held for too long. Only under the gate.</summary>
internal sealed partial class SharedService
{
    /// <summary>What was granted of a limit and not spent in its time goes back to everybody.</summary>
    public void GiveBackEnded(SharedBalance balance, long now)
    {
        while (TryTakeEnded(balance, now, out var note))
        {
            Note(note);
        }
    }

    /// <summary>The same of all limits, in the exchange that is gathered, and so does what has been held for too long.</summary>
    private void GiveBackEnded(long now)
    {
        foreach (var balance in _holding)
        {
            if (balance.Rule.IsReleased && balance.Rule.LetGo(balance, new Moment(now), _lost))
            {
                _hasLetGo = true;
            }

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
        note = new SharedNote { Kind = balance.Rule.Inner is FleetRule ? NoteKind.Unused : NoteKind.GiveBack, Balance = balance, Receipt = receipt, Amount = amount };
        return hasEnded;
    }
}
