using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>Telling: what becomes of what was granted is noted, and told with the next question or soon.</summary>
internal sealed partial class SharedService
{
    /// <summary>More are told at once.</summary>
    private const int MostNotes = 256;

    /// <summary>What can wait is told together: this much later it is news still.</summary>
    private const long NoteDelay = 5 * TimeSpan.TicksPerMillisecond;

    /// <summary>Something to tell, with the next exchange or soon.</summary>
    public void Note(in SharedNote note)
    {
        _notes.Add(note);
        if (note.Balance.Rule.IsReleased || _notes.Count >= MostNotes)
        {
            Kick();
        }
        else if (_flushAt == LimitRule.Never)
        {
            _flushAt = Saturating.Add(_store.Clock.Now, NoteDelay);
            Arm(_flushAt);
        }
    }

    /// <summary>A settlement against a receipt that the store may have replaced.</summary>
    public void NoteOn(long receipt, in SharedNote note)
    {
        var fate = _tokens.FateOf(receipt, note.Kind, note.Amount, out var actual);
        if (fate is AnswerTokens.Fate.Plain or AnswerTokens.Fate.Known)
        {
            Note(note with { Receipt = actual });
        }
        else if (fate == AnswerTokens.Fate.Forgotten && note.Kind == NoteKind.ChargeMore)
        {
            Note(note with { Kind = NoteKind.Force });
        }
    }

    /// <summary>A request was answered. Returns its receipt from now on.</summary>
    public long NoteAnswer(SharedBalance balance, long receipt, long amount, long arrivedBy)
    {
        if (AnswerTokens.IsToken(receipt))
        {
            return receipt;
        }

        var token = _tokens.Add();
        Note(new SharedNote { Kind = NoteKind.Answer, Balance = balance, Receipt = receipt, Amount = amount, Instant = arrivedBy, Token = token });
        return token;
    }

    /// <summary>Something goes without having been asked for as of now. Returns its receipt.</summary>
    public long NoteForced(SharedBalance balance, long amount)
    {
        var token = _tokens.Add();
        Note(new SharedNote { Kind = NoteKind.Force, Balance = balance, Amount = amount, Token = token });
        return token;
    }
}
