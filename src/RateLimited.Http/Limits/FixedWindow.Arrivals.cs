namespace RateLimited.Http.Limits;

/// <summary>What is known of when requests arrived: in the window that they were charged in, or in the next.</summary>
internal sealed partial class FixedWindow
{
    /// <summary>What may have arrived after its window had ended counts in the current one too, if it does not yet.</summary>
    public override long Answer(ref LimitState state, in Moment at, long receipt, long amount, long arrivedBy)
    {
        Roll(ref state, at);
        if (_grid is null || receipt < 0 || state.Extra is not Notes notes || receipt == notes.Number || arrivedBy < notes.Since || IsOver(state, at))
        {
            return receipt;
        }

        state.Count = Saturating.Add(state.Count, amount);
        return notes.Number;
    }

    /// <summary>
    /// Where nobody knows how long the way is, what has not been answered by the end of a window may not have arrived in it: it counts in the next one too. What is late for certain does so anyway.
    /// </summary>
    public override void Await(ref LimitState state, in Moment at, long amount, long longest)
    {
        if (_grid is not null && !IsLate(state, at))
        {
            var notes = NotesOf(ref state);
            (notes.Unheard, notes.AwaitedUntil) = (Saturating.Add(notes.Unheard, amount), Saturating.Add(at.Now, longest));
        }
    }

    public override long Heard(ref LimitState state, in Moment at, long receipt, long amount)
    {
        Roll(ref state, at);
        if (_grid is null || receipt < 0 || state.Extra is not Notes notes)
        {
            return receipt;
        }

        notes.Unheard = receipt == notes.Number ? Math.Max(notes.Unheard - amount, 0) : notes.Unheard;
        return receipt == notes.Carried && notes.HasCarriedUnheard ? -receipt : receipt;
    }
}
