using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>A store that answers what a test says, when it says so: what the process makes of an answer has happened by the time that the test goes on.</summary>
internal sealed class ScriptedStore : ISharedStore, ISharedCounts
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

    public string Name { get; init; } = "Scripted";

    public SharedSettings Settings { get; init; } = new() { Ahead = 0, Alone = AloneMode.FailClosed };

    public TimeSpan RemembersFor { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How many calls were made that nobody has looked at.</summary>
    public int Waiting => _calls.Reader.Count;

    /// <summary>What another process says: how many there are now that it has joined, or zero for anything else.</summary>
    public Action<int> News { get; private set; } = static _ => { };

    public ISharedCounts Open(string service, Action<int> onNews)
    {
        News = onNews;
        return this;
    }

    public Task ExchangeAsync(SharedExchange exchange, bool isRetry)
    {
        var call = new Call(exchange, isRetry);
        _calls.Writer.TryWrite(call);
        return call.Answered;
    }

    /// <summary>The next call, however long the machine takes to make it, once whoever made it waits for its answer: else what follows would not run within the answer.</summary>
    public async Task<Call> NextAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        var call = await _calls.Reader.ReadAsync(late.Token);
        while (WaitingOf(call.Answered) is null)
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return call;
    }

    /// <summary>Who waits for a task; null while nobody does. Nothing public tells.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_continuationObject")]
    private static extern ref object? WaitingOf(Task task);

    /// <summary>One call, which waits to be answered.</summary>
    internal sealed class Call(SharedExchange exchange, bool isRetry)
    {
        // What follows from an answer runs within it.
        private readonly TaskCompletionSource _answer = new();

        public SharedExchange Exchange { get; } = exchange;

        public bool IsRetry { get; } = isRetry;

#pragma warning disable VSTHRD003 // It is the store's to end.
        public Task Answered => _answer.Task;
#pragma warning restore VSTHRD003

        public IEnumerable<(NoteKind Kind, long Amount)> Told => Exchange.Notes.Select(static note => (note.Kind, note.Amount));

        /// <summary>What was learned is what another process has; where a test says nothing, what this one tells.</summary>
        public Call Teach(Func<Lesson, Lesson>? kept = null, long perSecond = 0)
        {
            foreach (ref var note in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Exchange.Notes))
            {
                note.Heard = note.Lesson is null ? null : note.Heard ?? new HeardLesson(kept?.Invoke(note.Lesson) ?? note.Lesson, perSecond * Lesson.PartsOfOne, Latest: 0);
            }

            return this;
        }

        /// <summary>It was asked by what is no longer so of a limit that is learned.</summary>
        public void Outdate()
        {
            foreach (var question in Exchange.Questions)
            {
                (question.IsOutdated, question.Refused) = (true, question.Wants[^1].Balance);
            }

            _answer.SetResult();
        }

        /// <summary>All that is asked for is granted, what is needed and no more.</summary>
        public void Grant(long receipt = 7)
        {
            Teach();
            foreach (var question in Exchange.Questions)
            {
                question.IsGranted = true;
                foreach (ref var want in question.Wants.AsSpan())
                {
                    (want.Granted, want.Receipt) = (want.Least, receipt);
                }
            }

            _answer.SetResult();
        }

        /// <summary>As a test has filled it in.</summary>
        public void Answer() => _answer.SetResult();

        /// <summary>Nothing is granted before it is heard how the key is, or its quota.</summary>
        public void Tell(bool ofQuota, RestReason reason, TimeSpan wait, long version = 1)
        {
            foreach (var question in Exchange.Questions)
            {
                question.Refused = question.Wants.Select(static want => want.Balance).First(balance => balance.Rest is { } rest && rest.Endpoint is null == ofQuota);
                (question.Wait, question.News) = (wait.Ticks, (version * 8) + (long)reason);
            }

            _answer.SetResult();
        }

        /// <summary>Nothing is granted before it is heard that responses tell of the key's quota, for so long.</summary>
        public void TellOfAnswers(TimeSpan wait, long version = 1)
        {
            foreach (var question in Exchange.Questions)
            {
                question.Refused = question.Wants.Select(static want => want.Balance).First(static balance => balance.Rest is { Quota: not null });
                (question.Wait, question.News) = (wait.Ticks, (version * 8) + 1);
            }

            _answer.SetResult();
        }

        /// <summary>Nothing is granted for so long, by a limit that a test picks out.</summary>
        public void RefuseBy(Func<BoundLimit, bool> limit, TimeSpan wait)
        {
            foreach (var question in Exchange.Questions)
            {
                (question.Wait, question.Again, question.Refused) = (wait.Ticks, LimitRule.Never, question.Wants.Select(static want => want.Balance).First(balance => limit(balance.Partition.Limit)));
            }

            _answer.SetResult();
        }

        /// <summary>Nothing is granted for so long, by one of the limits asked for or because the service pauses.</summary>
        public void Refuse(TimeSpan wait, bool isPause = false)
        {
            foreach (var question in Exchange.Questions)
            {
                (question.Wait, question.Again, question.Refused) = (wait.Ticks, LimitRule.Never, isPause ? null : question.Wants[0].Balance);
            }

            _answer.SetResult();
        }

        public void Fail(bool mayBeDone, bool passes = true) => _answer.SetException(new SharedStoreException("As the test says.", new TimeoutException(), passes, mayBeDone));
    }
}
