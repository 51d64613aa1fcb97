using System.Runtime.InteropServices;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Admission.Sharing;

/// <summary>What a shared store answers.</summary>
internal enum StoreMood
{
    /// <summary>All that is of use.</summary>
    Plenty,

    /// <summary>What is needed and no more.</summary>
    Scarce,

    /// <summary>Nothing, for a while.</summary>
    Empty,

    /// <summary>Nobody answers.</summary>
    Down,
}

/// <summary>A store that others share, in this process: it answers at once, and keeps books of what it has granted and what of that came back.</summary>
internal sealed class GrantingStore : ISharedStore, ISharedCounts
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly Dictionary<SharedBalance, long> _taken = [];
    private readonly Dictionary<long, long> _until = [];
    private long _receipts;

    public string Name => "Granting";

    public SharedSettings Settings { get; init; } = new() { Ahead = TimeSpan.TicksPerSecond, Alone = AloneMode.LocalShare };

    public TimeSpan RemembersFor => TimeSpan.FromSeconds(50);

    public StoreMood Mood { get; set; }

    public ISharedCounts Open(string service, Action<int> onNews) => this;

    /// <summary>What this process has of a limit, as far as the store was told.</summary>
    public long TakenOf(SharedBalance balance)
    {
        lock (_lock)
        {
            return _taken.GetValueOrDefault(balance);
        }
    }

    /// <summary>Until when something may be spent that was granted; never where it was told that it was spent.</summary>
    public long UntilOf(long receipt)
    {
        lock (_lock)
        {
            return _until.GetValueOrDefault(receipt, LimitRule.Never);
        }
    }

    public Task ExchangeAsync(SharedExchange exchange, bool isRetry)
    {
        if (Mood == StoreMood.Down)
        {
            return Task.FromException(new SharedStoreException("As the test says.", new TimeoutException(), passes: true, mayBeDone: false));
        }

        lock (_lock)
        {
            foreach (ref var note in CollectionsMarshal.AsSpan(exchange.Notes))
            {
                note.Result = Take(note);
            }

            exchange.Questions.ForEach(question => Answer(question, exchange.Began + exchange.Validity));
        }

        return Task.CompletedTask;
    }

    private long Take(in SharedNote note)
    {
        var more = note.Kind switch
        {
            NoteKind.Force or NoteKind.ChargeMore => note.Amount,
            NoteKind.GiveBack => -note.Amount,
            _ => throw new InvalidOperationException($"Nobody has anything to tell of the kind {note.Kind} here."),
        };
        _taken[note.Balance] = _taken.GetValueOrDefault(note.Balance) + more;
        _taken[note.Balance].ShouldBeGreaterThanOrEqualTo(0, "more came back than was granted");
        return note.Kind == NoteKind.Force ? ++_receipts : note.Receipt;
    }

    private void Answer(SharedQuestion question, long until)
    {
        question.IsGranted = Mood != StoreMood.Empty;
        (question.Wait, question.Again, question.Refused) = (Wait.Ticks, LimitRule.Never, question.Wants[0].Balance);
        foreach (ref var want in question.Wants.AsSpan())
        {
            if (question.IsGranted)
            {
                (want.Granted, want.Receipt) = (want.Least + (Mood == StoreMood.Plenty ? want.More : 0), ++_receipts);
                _taken[want.Balance] = _taken.GetValueOrDefault(want.Balance) + want.Granted;
                _until[want.Receipt] = until;
            }
        }
    }
}
