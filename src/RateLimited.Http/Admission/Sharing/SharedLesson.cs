using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>What this process has told others and heard from them of what was learned of one partition of a limit. Only under the gate.</summary>
internal sealed class SharedLesson
{
    /// <summary>What one takes on the heap, with a lesson of the most figures.</summary>
    public static readonly long Bytes = ManagedSize.Object((2 * ManagedSize.Reference) + (3 * sizeof(long)) + sizeof(double)) + ManagedSize.Array(16, sizeof(long));

    private Lesson? _heard;
    private long _known;
    private double _perSecond;
    private long _latest;

    /// <summary>Whether it is known what the others have learned. Before that nothing is asked for.</summary>
    public bool IsHeard => _heard is not null;

    /// <summary>So much was granted since the store said how much all have sent.</summary>
    public void Granted(long amount) => _latest += amount;

    /// <summary>How much has gone unasked that the store has not been told of.</summary>
    public long Went { get; set; }

    /// <summary>What the others have learned may be within other bounds of this process now.</summary>
    public void HearAnew() => _heard = null;

    /// <summary>What is known of all that count the limit.</summary>
    /// <param name="processes">How many there are.</param>
    /// <param name="inFlight">How much they have under way.</param>
    public FleetView View(int processes, long inFlight) => new(processes, inFlight, _perSecond, Saturating.Add(_latest, Went));

    /// <summary>What is to be told. It counts as told.</summary>
    public SharedNote Tell(SharedBalance balance)
    {
        var went = Went;
        Went = 0;
        return new SharedNote { Kind = NoteKind.Learned, Balance = balance, Amount = went, Receipt = _known, Lesson = balance.Rule.Learning!.Tell(balance.Alone) };
    }

    /// <summary>Takes in what the store answered.</summary>
    public void Hear(in SharedNote note, long now)
    {
        if (note is not { Heard: { } heard, Balance.Rule.Learning: { } learning } || heard.Kept.Figures.Length != learning.Figures)
        {
            // A reload has made another limit of it meanwhile.
            return;
        }

        (_perSecond, _latest) = ((double)heard.PerSecond / Lesson.PartsOfOne, heard.Latest);

        // What is larger than this process's own bounds is heard only once.
        if (_heard?.IsSame(heard.Kept) != true && Lesson.IsNews(heard.Kept, note.Lesson!, learning.Tell(note.Balance.Alone), _known))
        {
            learning.Hear(ref note.Balance.Alone, now, heard.Kept);
            note.Balance.ForgetDenial();
        }

        (_heard, _known) = (heard.Kept, heard.Kept.Version);
    }
}
