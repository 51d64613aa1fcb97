namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// What was learned of limits, told to other processes and heard from them: with every exchange that is about such a limit, and by itself where a limit has fallen. A question is answered only by what was learned last. Only under the gate.
/// </summary>
internal sealed partial class SharedService
{
    private readonly HashSet<SharedBalance> _lessons = [];

    /// <summary>Whether its limits are those over all services.</summary>
    public bool IsOverAll => _isOverAll;

    /// <summary>A limit has fallen: the others are told at once.</summary>
    public void TellLesson(SharedBalance balance)
    {
        _lessons.Add(balance);
        Kick();
    }

    /// <summary>Whether it is known what the others have learned of a limit. If it is not, they are asked.</summary>
    private bool HasHeard(SharedBalance balance)
    {
        if (balance.Lesson is null or { IsHeard: true })
        {
            return true;
        }

        TellLesson(balance);
        return false;
    }

    /// <summary>Adds what was learned of every limit that an exchange is about: the store counts by what this process says that the limit is.</summary>
    private void GatherLessons(SharedExchange exchange)
    {
        foreach (var note in exchange.Notes)
        {
            GatherLesson(note.Balance);
        }

        foreach (var question in exchange.Questions)
        {
            foreach (ref readonly var want in question.Wants.AsSpan())
            {
                GatherLesson(want.Balance);
            }
        }

        foreach (var balance in _lessons)
        {
            if (balance.Lesson is not { } lesson)
            {
                // A reload has made another limit of it.
                continue;
            }

            exchange.Notes.Add(lesson.Tell(balance));
            if (balance.Rule.IsReleased)
            {
                exchange.Notes.Add(new SharedNote { Kind = NoteKind.Look, Balance = balance });
            }
        }

        _lessons.Clear();
    }

    private void GatherLesson(SharedBalance balance)
    {
        if (balance.Lesson is not null)
        {
            _lessons.Add(balance);
        }
    }

    /// <summary>What was not told went all the same. What may have been told is not told again: too much would let a limit grow that nobody tries.</summary>
    private static void TakeBackLessons(SharedExchange exchange, bool isUnsure)
    {
        foreach (var note in exchange.Notes)
        {
            if (note is { Kind: NoteKind.Learned, Balance.Lesson: { } lesson } && !isUnsure)
            {
                lesson.Went += note.Amount;
            }
        }
    }
}
