using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;
using RateLimited.Http.Redis.Messages;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>Limits that are learned: what was learned is a limit of its own to the script, right before the one that counts, whose terms are what was learned.</summary>
internal sealed partial class RedisMessage
{
    private const int LearnedCode = 23;

    private readonly Dictionary<SharedBalance, (LimitAddress Address, LimitTerms Terms, Lesson Told)> _learned = [];

    /// <summary>The terms that a limit is counted by in this exchange.</summary>
    private LimitTerms TermsOf(SharedBalance balance) => _learned.TryGetValue(balance, out var learned) ? learned.Terms : _addressOf(balance).Terms;

    private void GatherLearned()
    {
        foreach (var note in _exchange.Notes)
        {
            // A reload may have made another limit of it since.
            if (note is { Kind: NoteKind.Learned, Lesson: { } lesson } && _addressOf(note.Balance) is { Rule.Learning: { } learning } address && learning.Figures == lesson.Figures.Length)
            {
                _learned[note.Balance] = (address, LearnedTerms.Of(learning, address.Id, lesson, _leaseTicks), lesson);
            }
        }
    }

    private void WriteLearned(MessageWriter message, in SharedNote note)
    {
        if (!_learned.TryGetValue(note.Balance, out var learned))
        {
            message.Add(UsedCode, _indexOf[note.Balance], 0, 0, 0);
            return;
        }

        message.Add(LearnedCode, _indexOf[note.Balance] - 1, note.Receipt, learned.Told.Version, note.Amount);
        message.Add(learned.Told.Figures);
    }

    private void ReadLearned(ref MessageReader reader, ref SharedNote note)
    {
        if (!_learned.TryGetValue(note.Balance, out var learned))
        {
            return;
        }

        var (perSecond, latest) = (reader.Next(), reader.Next());
        var figures = new long[learned.Told.Figures.Length];
        foreach (ref var figure in figures.AsSpan())
        {
            figure = reader.Next();
        }

        note.Heard = new HeardLesson(new Lesson(note.Result, figures), perSecond, latest);
    }

    /// <summary>What was learned is asked about before what counts: nobody goes by what is no longer so.</summary>
    private void WriteVersion(MessageWriter message, SharedBalance balance)
    {
        if (_learned.TryGetValue(balance, out var learned))
        {
            message.Add(_indexOf[balance] - 1, 0, learned.Told.Version, 0, 0, 1);
        }
    }
}
