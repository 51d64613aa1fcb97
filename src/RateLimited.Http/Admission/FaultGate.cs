using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// The limit that a service has without being asked for: an <see cref="AdaptiveThrottle"/> over all its requests. It stands aside until the first fault, so that healthy services do not pay
/// for it, and again when the last fault has left its window.
/// </summary>
internal sealed class FaultGate
{
    /// <summary>The limit's name in status, metrics and refusals.</summary>
    public const string Name = "fault throttle";

    /// <summary>Over how long answers are remembered while it stands aside: two of these make a window.</summary>
    private static readonly long Span = TimeSpan.FromMinutes(1).Ticks;

    private readonly bool _isEnabled;
    private volatile bool _isEngaged;
    private long _engagedAt;

    // Not synchronised: a lost update costs one answer of thousands.
    private long _span;
    private long _accepted;
    private long _acceptedBefore;

    public FaultGate(bool isEnabled, InProcessStore store)
    {
        _isEnabled = isEnabled;
        var definition = new LimitDefinition(Name, UnitCost.Requests, new AdaptiveThrottle());
        Partition = new BoundLimit(definition, LimitScope.Service, string.Empty, new PartitionBounds(1, 0), store).Only!;
    }

    /// <summary>What it counts in. Its state only under the store's gate.</summary>
    public Partition Partition { get; }

    /// <summary>Whether it takes part in decisions. Written under the store's gate.</summary>
    public bool IsEngaged => _isEngaged;

    /// <summary>Whether the store has to be told of an answer. One that is not of interest is only counted.</summary>
    public bool MustHear(AnswerKind kind, long now)
    {
        if (_isEngaged)
        {
            return true;
        }

        if (kind == AnswerKind.Succeeded)
        {
            Count(now);
            return false;
        }

        return kind == AnswerKind.Faulted && _isEnabled;
    }

    /// <summary>The first instant at which one more may go. Only under the store's gate.</summary>
    public long Earliest(long now, long ahead) => _isEngaged
        ? ahead == 0 ? Rule.Earliest(ref Partition.State, new Moment(now), 1) : Rule.Project(ref Partition.State, new Moment(now), Saturating.Add(ahead, 1))
        : now;

    /// <summary>Counts one that goes. Only under the store's gate.</summary>
    public void Charge(long now)
    {
        if (_isEngaged)
        {
            Rule.Charge(ref Partition.State, new Moment(now), 1);
        }
    }

    /// <summary>Counts one that goes and of which nothing will be heard. Only under the store's gate.</summary>
    public void ChargeUnheard(long now)
    {
        if (_isEngaged)
        {
            AdaptiveThrottle.NoteUnheard(ref Partition.State, new Moment(now));
        }
    }

    /// <summary>Takes in an answer. Returns whether waiters may go earlier. Only under the store's gate.</summary>
    public bool Learn(long now, in AnswerOutcome outcome)
    {
        if (!_isEngaged && (outcome.Kind != AnswerKind.Faulted || !_isEnabled))
        {
            return false;
        }

        var at = new Moment(now);
        var isFirst = !_isEngaged;
        if (isFirst)
        {
            (_isEngaged, _engagedAt) = (true, now);
            Partition.State = default;
            AdaptiveThrottle.Begin(ref Partition.State, at, Recent(now));
        }

        var isLoosened = Rule.Learn(ref Partition.State, at, outcome with { IsUncharged = outcome.IsUncharged || isFirst || outcome.SentAt < _engagedAt });
        if (!AdaptiveThrottle.HasFaults(ref Partition.State, at))
        {
            // What was counted meanwhile is what standing aside would have counted.
            (_accepted, _acceptedBefore, _span) = (Math.Min(Rule.Used(ref Partition.State, at), int.MaxValue), 0, now / Span);
            _isEngaged = false;
        }

        return isLoosened || !_isEngaged;
    }

    private LimitRule Rule => Partition.Limit.Rule;

    private void Count(long now)
    {
        Roll(now);
        _accepted++;
    }

    private long Recent(long now)
    {
        Roll(now);
        return _accepted + _acceptedBefore;
    }

    private void Roll(long now)
    {
        var span = now / Span;
        if (span != _span)
        {
            (_acceptedBefore, _accepted, _span) = (span == _span + 1 ? _accepted : 0, 0, span);
        }
    }
}
