using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;
using RateLimited.Http.Redis.Messages;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>Limits that are learned: what was learned is a limit of its own to the script, right before the one that counts, whose terms are what was learned.</summary>
internal sealed partial class RedisMessage
{
    private const int LearnedCode = 23;

    private readonly Dictionary<SharedBalance, LimitTerms> _learned = [];

    /// <summary>The terms that a limit is counted by in this exchange.</summary>
    private LimitTerms TermsOf(SharedBalance balance) => _learned.TryGetValue(balance, out var terms) ? terms : _addressOf(balance).Terms;

    private void GatherLearned()
    {
        foreach (var note in _exchange.Notes)
        {
            if (note is { Kind: NoteKind.Learned, Balance: var balance, Lesson: { } lesson })
            {
                _learned[balance] = LearnedTerms.Of(balance.Rule.Learning!, _addressOf(balance).Id, lesson, _leaseTicks);
            }
        }
    }

    private void WriteLearned(MessageWriter message, in SharedNote note)
    {
        message.Add(LearnedCode, _indexOf[note.Balance] - 1, note.Receipt, note.Lesson!.Version, note.Amount);
        message.Add(note.Lesson.Figures);
    }

    private static void ReadLearned(ref MessageReader reader, ref SharedNote note)
    {
        var (perSecond, latest) = (reader.Next(), reader.Next());
        var figures = new long[note.Lesson!.Figures.Length];
        foreach (ref var figure in figures.AsSpan())
        {
            figure = reader.Next();
        }

        note.Heard = new HeardLesson(new Lesson(note.Result, figures), perSecond, latest);
    }

    /// <summary>What was learned is asked about before what counts: nobody goes by what is no longer so.</summary>
    private void WriteLearned(MessageWriter message, SharedBalance balance) =>
        message.Add(_indexOf[balance] - 1, 0, _exchange.Notes.Find(note => note.Kind == NoteKind.Learned && ReferenceEquals(note.Balance, balance)).Lesson!.Version, 0, 0, 1);
}
