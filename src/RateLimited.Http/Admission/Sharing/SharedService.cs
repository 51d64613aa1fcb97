using System.Diagnostics.CodeAnalysis;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// What one process has to do with others over one service: at most one exchange with the store at a time, everybody's questions and all that happened since in it. The line asks under the gate and
/// is answered from what is held; what is lacking is asked for here, and the line is woken when it has come.
/// </summary>
internal sealed partial class SharedService : IThreadPoolWorkItem, IDisposable
{
    /// <summary>How many questions one exchange asks: the script is done in a fraction of a millisecond.</summary>
    private const int MostQuestions = 32;

    private readonly InProcessStore _store;
    private readonly BoundService _service;
    private readonly ISharedCounts _counts;
    private readonly SharedSettings _settings;
    private readonly ServiceTelemetry _telemetry;
    private readonly StoreHealth _health;
    private readonly ITimer _timer;
    private readonly ITimer? _inline;
    private readonly Action _start;
    private readonly int _fewestInstances;
    private readonly bool _isOverAll;
    private ServiceDefinition? _aheadOf;
    private long _ahead;
    private readonly AnswerTokens _tokens = new();
    private readonly HashSet<SharedBalance> _holding = [];
    private readonly List<SharedQuestion> _questions = [];
    private readonly List<CancellationTokenSource> _lost = [];
    private List<SharedNote> _notes = [];
    private long _pause;
    private long _tells;
    private long _tellsAgainAt;
    private long _flushAt = LimitRule.Never;
    private long _beatAt;
    private long _armedFor = LimitRule.Never;
    private int _takers;
    private bool _hasLetGo;
    private bool _isRunning;
    private bool _holdsAnew;
    private bool _isDisposed;
    private Action _wake = static () => { };
    private Action<string, Exception> _fail = static (_, _) => { };
    private Func<int> _waiting = static () => 0;
    private Action _learn = static () => { };

    /// <param name="shared">Where is counted.</param>
    /// <param name="store">Where the state lives that is this process's.</param>
    /// <param name="service">Whose limits they are.</param>
    /// <param name="telemetry">Whom to tell of changes.</param>
    /// <param name="isOverAll">Whether they are the limits over all services, of which blocks are taken ahead; the service is then nobody's.</param>
    /// <param name="completion">Where it is asked and told.</param>
    public SharedService(ISharedStore shared, InProcessStore store, BoundService service, ServiceTelemetry telemetry, bool isOverAll = false, Completion completion = Completion.OnThreadPool)
    {
        (_store, _service, _telemetry, _isOverAll) = (store, service, telemetry, isOverAll);
        _settings = shared.Settings;
        Instances = _fewestInstances = Math.Max(_settings.Instances, 1);
        _health = new StoreHealth(_settings);
        _timer = store.Clock.Time.CreateTimer(static shared => ((SharedService)shared!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _inline = completion == Completion.Inline
            ? store.Clock.Time.CreateTimer(static shared => ((IThreadPoolWorkItem)shared!).Execute(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
            : null;
        _start = _inline is { } inline ? () => inline.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan) : () => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        _counts = shared.Open(service.Definition.Name, OnNews);
    }

    /// <summary>Whether this process decides alone. Only under the gate, as all that follows.</summary>
    public bool IsAlone => _health.IsAlone;

    /// <summary>What it does then.</summary>
    public AloneMode Alone => _settings.Alone;

    /// <summary>For how long what is taken ahead may be spent; zero: nothing is.</summary>
    private long Ahead
    {
        get
        {
            if (!ReferenceEquals(_aheadOf, _service.Definition))
            {
                _aheadOf = _service.Definition;
                _ahead = _isOverAll ? _settings.GlobalAhead : BlockLife.Of(_aheadOf, _settings.Ahead);
            }

            return _ahead;
        }
    }

    /// <summary>For how long a request may hold what is released.</summary>
    public long LongestHold => _settings.LongestHold;

    /// <summary>How many processes share the quotas: as many as the store counted last, and no fewer than there are said to be. Who has come since is heard of at once.</summary>
    public int Instances { get; private set; }

    /// <summary>How many processes the store counted last; this one, before it said.</summary>
    public int Living { get; private set; } = 1;

    /// <summary>Whether each service of each process takes its own part of the limits over all services, in one step with its own limits.</summary>
    public bool TakesGlobals => _settings.Globals == GlobalCounting.CoLocated;

    /// <summary>Whether what requests need is granted ahead of them, to this service alone.</summary>
    public bool TakesAhead => Ahead > 0 && !_isOverAll;

    /// <summary>In how many slots requests may find vouchers: one where everything happens on one thread, so that it happens the same way each time.</summary>
    public int Slots => _inline is null ? ProcessorSlots.Count : 1;

    /// <summary>How many services of how many processes take of the limits over all services then: as many as the store counted last, and no fewer than there are said and known to be.</summary>
    public int Takers => (int)Math.Min(Math.Max(_takers, (long)_fewestInstances * _store.ServiceCount), int.MaxValue);

    /// <summary>Says whom it asks for.</summary>
    /// <param name="wake">Lets the line look again.</param>
    /// <param name="fail">Tells everybody who waits why nobody will be let go.</param>
    /// <param name="waiting">How many wait.</param>
    /// <param name="learn">Asks everybody who waits for what is known now.</param>
    public void Attach(Action wake, Action<string, Exception> fail, Func<int> waiting, Action learn) => (_wake, _fail, _waiting, _learn) = (wake, fail, waiting, learn);

    /// <summary>Somebody was refused who does not wait: what was asked for it is kept until it may come back.</summary>
    public static void PassBy(AdmissionTicket ticket, long now)
    {
        foreach (ref var charge in ticket.Charges)
        {
            if (charge.Partition is { State.Extra: SharedBalance balance, Limit.Rule: SharedRule } && balance.Lacks(now, charge.Cost))
            {
                balance.IsPassedBy = true;
            }
        }

        PassByKey(ticket, now);
    }

    /// <summary>The upstream wants no request for so long: the others are told.</summary>
    public void Pause(long duration)
    {
        _pause = Math.Max(_pause, duration);
        Kick();
    }

    /// <summary>Responses tell of the upstream's quota: who joins is to know that there is something to be told, and that others may have used it. Now and then is enough.</summary>
    public void Tell(long now, long longest)
    {
        if (now >= _tellsAgainAt)
        {
            (_tells, _tellsAgainAt) = (longest, Saturating.Add(now, longest / 4));
            Kick();
        }
    }

    /// <summary>A balance holds something, or may: what ends unspent is given back.</summary>
    public void Holds(SharedBalance balance)
    {
        if (!ReferenceEquals(balance.WatchedBy, this))
        {
            balance.WatchedBy = this;
            _holding.Add(balance);
        }
    }

    private bool LetGo(SharedBalance balance)
    {
        balance.WatchedBy = ReferenceEquals(balance.WatchedBy, this) ? null : balance.WatchedBy;
        return true;
    }

    /// <summary>Some requests of a lane were refused: what they lack is asked for, unless something else holds them up.</summary>
    public void Want(ReadOnlySpan<AdmissionTicket> run, long now)
    {
        if (!_isOverAll)
        {
            // Nothing is asked for that what all services share would refuse.
            _store.SharedGlobals?.Want(run, now);
        }

        if (_health.IsAlone || _isDisposed || _questions.Count >= MostQuestions)
        {
            return;
        }

        var first = run[0];
        var service = first.Plan.Service;
        var lacking = 0;
        foreach (ref var charge in first.Charges)
        {
            var limit = charge.Partition.Limit;
            var at = new Moment(now, _store.Clock.WallOffsetAt(now), service.GuardOf(limit));
            if (IsOwn(charge.Partition, out var balance))
            {
                if (balance.IsAsked || balance.IsDenied(now, charge.Cost) || !HasHeard(balance))
                {
                    return;
                }

                lacking += balance.Lacks(now, charge.Cost) ? 1 : 0;
            }
            else if (_isOverAll && limit.Rule is SharedRule others ? !others.MayBeHad(ref charge.Partition.State, at, charge.Cost) : limit.Rule.Earliest(ref charge.Partition.State, at, charge.Cost) > now)
            {
                return;
            }
        }

        if (service.PausedUntil <= now && (!_isOverAll && first.Key is { } claim ? TryTakeKey(first, claim, now, ref lacking) : lacking > 0))
        {
            _questions.Add(QuestionOf(run, lacking, now));
            Kick();
        }
    }

    /// <summary>A request went: what is taken ahead is asked for before it is used up.</summary>
    public void Went(AdmissionTicket ticket, long now)
    {
        if (!_isOverAll)
        {
            _store.SharedGlobals?.Went(ticket, now);
        }

        if (Ahead == 0 || _health.IsAlone || _isDisposed || _questions.Count >= MostQuestions)
        {
            return;
        }

        var low = 0;
        foreach (ref var charge in ticket.Charges)
        {
            if (!IsOwn(charge.Partition, out var balance) || charge.Partition.Limit.Rule.IsReleased)
            {
                continue;
            }

            if (balance.IsAsked || balance.IsDenied(now, charge.Cost))
            {
                return;
            }

            low += balance.RateSince != 0 && IsLow(balance, now) ? 1 : 0;
        }

        if (low > 0)
        {
            _questions.Add(new SharedQuestion { Wants = WantsAhead(ticket, now) });
            Kick();
        }
    }

    /// <summary>Cancelled when something that a request holds has been given to others. Not under the gate.</summary>
    public CancellationToken LostOf(AdmissionTicket ticket)
    {
        var lost = CancellationToken.None;
        _store.Change(() =>
        {
            foreach (ref var charge in ticket.Charges)
            {
                if (charge.Partition is { State.Extra: SharedBalance balance, Limit.IsReleased: true })
                {
                    var own = balance.Leases.LostOf(charge.Receipt);
                    lost = lost.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(lost, own).Token : own;
                }
            }
        });
        return lost;
    }

    public void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
        _inline?.Dispose();
    }

    /// <summary>Whether it is asked for here: what all services share may be asked for elsewhere.</summary>
    private bool IsOwn(Partition partition, [NotNullWhen(true)] out SharedBalance? balance)
    {
        balance = partition.Limit.Rule is SharedRule rule && ReferenceEquals(rule.Shared, this) ? (SharedBalance)partition.State.Extra! : null;
        return balance is not null;
    }

    private static long AheadOf(SharedBalance balance, double rate, long ahead) =>
        (long)Math.Min(rate * ahead, Math.Max(balance.Rule.Capacity / 4, 1));

    /// <summary>Whether less is held than half of what is taken ahead. Found out for every request, most of the time without dividing.</summary>
    private bool IsLow(SharedBalance balance, long now)
    {
        var held = balance.HeldAt(now);
        var elapsed = Math.Max(now - balance.RateSince, TimeSpan.TicksPerMillisecond);
        return 2.0 * held * elapsed < (double)balance.Charged * Ahead && held < AheadOf(balance, now) / 2;
    }

    private long AheadOf(SharedBalance balance, long now) =>
        AheadOf(balance, balance.Charged / (double)Math.Max(now - balance.RateSince, TimeSpan.TicksPerMillisecond), Ahead);

    private SharedQuestion QuestionOf(ReadOnlySpan<AdmissionTicket> run, int lacking, long now)
    {
        var wants = new SharedWant[lacking + (_sharesCircuit ? 1 : 0)];
        var next = 0;
        if (_sharesCircuit)
        {
            wants[next++] = CircuitWant;
        }

        next += _isOverAll ? 0 : WantOfKey(run[0], wants.AsSpan(next), now);

        // Of those who keep a distance one goes, and what the rest were granted would lie here while others want it.
        run = _service.IsPaced ? run[..1] : run;
        var waiting = _service.IsPaced ? 1 : Math.Min(Math.Max(_waiting(), run.Length), MostQuestions * 2);
        foreach (ref var charge in run[0].Charges)
        {
            if (!IsOwn(charge.Partition, out var balance) || !balance.Lacks(now, charge.Cost))
            {
                continue;
            }

            var least = balance.NeedOf(charge.Cost) - balance.HeldAt(now);
            var together = charge.Partition.Limit.IsShared ? Saturating.Multiply(charge.Cost, waiting - 1) : Following(run, charge.Partition);
            var ahead = charge.Partition.Limit.Rule.IsReleased || Ahead == 0 ? 0 : AheadOf(balance, balance.TakeRate(now), Ahead);

            // What the pace would not let go would be held in vain.
            var most = Math.Min(charge.Partition.Limit.Capacity, SharedPace.RoomFor(run[0], charge.Partition.Limit, new Moment(now, _store.Clock.WallOffsetAt(now))) - charge.Cost);
            wants[next++] = new SharedWant
            {
                Balance = balance,
                Least = least,
                More = Math.Min(Saturating.Add(together, ahead), Math.Max(most, 0)),
                Part = ahead > 0 ? 2 * balance.Rule.Sharers : 1,
            };
            balance.IsAsked = true;
        }

        return new SharedQuestion { Wants = wants };
    }

    private SharedWant[] WantsAhead(AdmissionTicket ticket, long now)
    {
        var wants = new List<SharedWant>(!_isOverAll && ticket.Key is { Chosen: { } key } claim ? claim.Set.RestsOf(key).Select(static rest => new SharedWant { Balance = rest.Balance, Part = 1 }) : []);
        foreach (ref var charge in ticket.Charges)
        {
            if (IsOwn(charge.Partition, out var balance) && !charge.Partition.Limit.Rule.IsReleased)
            {
                var ahead = AheadOf(balance, balance.TakeRate(now), Ahead);
                wants.Add(new SharedWant { Balance = balance, More = Math.Max(ahead - balance.HeldAt(now), 0), Part = 2 * balance.Rule.Sharers });
                balance.IsAsked = true;
            }
        }

        return _sharesCircuit ? [CircuitWant, .. wants] : [.. wants];
    }

    /// <summary>What those behind the first want of the same partition.</summary>
    private static long Following(ReadOnlySpan<AdmissionTicket> run, Partition partition)
    {
        var sum = 0L;
        foreach (var ticket in run[1..])
        {
            foreach (ref var charge in ticket.Charges)
            {
                sum = ReferenceEquals(charge.Partition, partition) ? Saturating.Add(sum, charge.Cost) : sum;
            }
        }

        return sum;
    }
}
