namespace RateLimited.Http.Limits;

/// <summary>What is known of a fixed window after the process that counted in it.</summary>
internal sealed partial class FixedWindow
{
    public override bool OutlivesProcess => true;

    public override void Form(ref LimitState state, StateForm form)
    {
        form.Instant(ref state.Mark);
        form.Number(ref state.Count);
        if (!form.Has(state.Extra is Notes))
        {
            return;
        }

        var notes = NotesOf(ref state);
        form.Instant(ref notes.Number);
        form.Number(ref notes.Requests);
        form.Instant(ref notes.Since);
        form.Number(ref notes.Late);
        form.Instant(ref notes.Carried);
        form.Number(ref notes.Phase);
        form.Instant(ref notes.ShiftedIn);
    }
}
