using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Signals.Classification;
using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>One request of somebody's through its life: it asks, waits, goes, is answered, ends; or is refused, given up, lost, repeated.</summary>
internal sealed partial class VirtualCall(World world, VirtualService service, int number, AdmissionRequest request)
{
    private const int MostAttempts = 3;

    private readonly VirtualProcess _process = service.Process;
    private readonly int _epoch = service.Process.Epoch;
    private IReadOnlyList<(LimitOracle Oracle, LimitOracle.Admission Admission)> _admissions = [];
    private CancellationTokenSource? _source;
    private AdmissionTicket? _ticket;
    private CircuitPass _pass;
    private Stage _stage;
    private bool _isGivenUp;
    private long _stoodStill;
    private AdmissionRequest _request = request;
    private int _attempt;
    private int _turn;
    private long _went;

    private enum Stage
    {
        Asks,
        Waits,
        Goes,
        Ended,
    }

    public AdmissionRequest Request => Wanted;

    /// <summary>When it asked.</summary>
    public long Asked { get; private set; }

    /// <summary>Its place among all that ever joined a line.</summary>
    public long Joined { get; private set; }

    /// <summary>How long it may wait.</summary>
    public long Patience { get; private set; }

    /// <summary>Until when it must have left the line: timers have whole milliseconds, fire late, and not while the process stands still.</summary>
    public long MustLeaveBy => Saturating.Add(Saturating.Add(Asked, Patience), world.TimerSlack + _process.StoodStill - _stoodStill);

    public void Start()
    {
        service.Retries.FirstAttempt(world.Now);
        Attempt();
    }

    /// <summary>The process died, and nothing that belongs to it happens any more.</summary>
    public void Forget() => _stage = Stage.Ended;

    private void Attempt()
    {
        _attempt++;
        if (!service.Breaker.TryEnter(world.Now, out _pass, out var wait))
        {
            world.Note($"{this} finds the circuit open for {wait}");
            Require(world.Now - service.LastPass <= VirtualService.LongestBreak, "its circuit let nobody through for longer than the longest break");
            _stage = Stage.Ended;
            return;
        }

        service.LastPass = world.Now;
        BeginWithAnyKey();
        Ask();
    }

    private void Ask()
    {
        var turn = ++_turn;
        _stage = Stage.Asks;
        Asked = world.Now;
        _stoodStill = _process.StoodStill;
        Patience = (_request.Timeout ?? service.Spec.Queue.Timeout) is var timeout && timeout < TimeSpan.Zero ? LimitRule.Never : timeout.Ticks;
        _source = world.Happens(Faults.Cancellations, often: 8) ? new CancellationTokenSource() : null;
        world.Note($"{this} asks");
#pragma warning disable CA2012 // It is asked for its result once, when it is there.
        var admission = service.Limiter.AdmitAsync(Wanted, _source?.Token ?? CancellationToken.None);
        if (admission.IsCompleted)
        {
            Decide(admission);
            return;
        }

        _stage = Stage.Waits;
        Joined = world.NextJoined();
        service.Waiting.Add(this);
        Require(service.Waiting.Count <= service.Spec.Queue.Length, $"{service.Waiting.Count} wait in a line of {service.Spec.Queue.Length}");
        if (_source is not null)
        {
            world.Events.In(world.Draw(0, 3_000 * TimeSpan.TicksPerMillisecond), () => _process.Run(_epoch, () => GiveUp(turn)));
        }

        admission.GetAwaiter().UnsafeOnCompleted(() => DecideLater(admission));
#pragma warning restore CA2012
    }

    private void GiveUp(int turn)
    {
        if (_stage == Stage.Waits && _turn == turn)
        {
            world.Note($"{this} gives up");
            _isGivenUp = true;
            _source!.Cancel();
            Require(_stage == Stage.Ended, "it gave up and still waits");
        }
    }

    /// <summary>Who lets it go may be a task that nobody awaits: what it finds must not get lost there.</summary>
    private void DecideLater(in ValueTask<AdmissionTicket> admission)
    {
        try
        {
            Decide(admission);
        }
        catch (Exception found)
        {
            world.Find(found);
            throw;
        }
    }

    private void Decide(in ValueTask<AdmissionTicket> admission)
    {
        if (_epoch != _process.Epoch)
        {
            return;
        }

        Require(_stage is Stage.Asks or Stage.Waits, "it was told twice what became of it");
        service.Waiting.Remove(this);
        if (admission.IsCompletedSuccessfully)
        {
            Require(!_isGivenUp, "it gave up and was let go all the same");
            Go(admission.Result);
            return;
        }

        _stage = Stage.Ended;
        var task = admission.AsTask();
        Report(CallResult.Inconclusive);
        if (task.IsCanceled)
        {
            world.Note($"{this} left");
            Require(_isGivenUp, "it was cancelled, and nobody had given it up");
            return;
        }

        var refusal = (RateLimitRejectedException)task.Exception!.InnerException!;
        world.Note($"{this} is refused: {refusal.Reason} by {refusal.Limit}");
        Require(!_isGivenUp, "it gave up and was refused");
        Require(refusal.Reason is not (RejectionReason.Disposed or RejectionReason.None), "nobody disposed its limiter");
        Require(refusal.Reason != RejectionReason.Timeout || Patience != LimitRule.Never, "it may wait for ever");
        Require(refusal.RetryAfter is not { } after || after >= TimeSpan.Zero, "it is to come again in the past");
    }

    private void Go(AdmissionTicket ticket)
    {
        world.Note($"{this} goes after {world.Now - Asked}");
        Require(world.Now <= MustLeaveBy, $"it waited {world.Now - Asked} and may only {Patience}");
        foreach (var other in service.Waiting)
        {
            Require(!other.IsBefore(this), $"{other} stood before it");
        }

        _stage = Stage.Goes;
        _ticket = ticket;
        _went = world.Now;
        service.Held++;
        TakeKey(ticket);
        _admissions = service.Admitted(_request, ticket);
        if (_process.AdmitGlobally(service, _request) is { } global)
        {
            _admissions = [.. _admissions, global];
        }

        Send();
    }

    /// <summary>
    /// Whether it stands before another that wants the same: it came earlier, or has a priority that the other has not risen to. Who has risen stands in another class, and if it waits for a limit of its
    /// own there, whoever needs less may pass; so it is where somebody before it in its own lane waits for a limit that does not count the other.
    /// </summary>
    private bool IsBefore(VirtualCall other)
    {
        var (mine, others) = (_request, other.Request);
        if (mine.Tenant != others.Tenant || mine.Endpoint != others.Endpoint || mine.Partition != others.Partition || others.Timeout == TimeSpan.Zero || other._stage != Stage.Waits
            || !_tried.SequenceEqual(other._tried, StringComparer.Ordinal))
        {
            return false;
        }

        var isSame = SameCosts(mine.Costs, others.Costs);
        return mine.Priority == others.Priority
            ? Joined < other.Joined && (isSame || !MayHaveRisen())
            : mine.Priority > others.Priority && !other.MayHaveRisen() && isSame && !service.Waiting.Exists(ahead => ahead.IsAheadOf(this) && ahead.NeedsMoreThan(other));
    }

    /// <summary>Whether it stands in the same lane as another, before it.</summary>
    private bool IsAheadOf(VirtualCall other) =>
        Joined < other.Joined && _request.Tenant == other.Request.Tenant && _request.Endpoint == other.Request.Endpoint && _request.Partition == other.Request.Partition
        && (_request.Priority == other.Request.Priority || MayHaveRisen());

    /// <summary>Whether it costs something of a unit of which another costs nothing.</summary>
    private bool NeedsMoreThan(VirtualCall other)
    {
        var (mine, others) = (_request.Costs, other.Request.Costs);
        return new[] { UnitCost.Requests, ServiceDrawing.Tokens }.Any(unit => ServiceSpec.CostOf(unit, mine) > 0 && ServiceSpec.CostOf(unit, others) == 0);
    }

    private bool MayHaveRisen() => world.Plan.Has(Faults.Reloads) || world.Now - Asked >= service.Spec.Queue.Ageing.Ticks;

    private void Send()
    {
        var turn = _turn;
        if (world.Happens(Faults.NotSent))
        {
            world.Events.In(world.Draw(0, TimeSpan.TicksPerSecond), () => _process.Run(_epoch, () => NotSent(turn)));
            return;
        }

        if (world.Happens(Faults.Aborts))
        {
            world.Events.In(world.Draw(0, TimeSpan.TicksPerSecond / 2), () => _process.Run(_epoch, () => End(turn, AnswerKind.Ignored, "is given up under way")));
        }

        var heldUp = world.Happens(Faults.HoldUps) ? world.Draw(0, 2 * TimeSpan.TicksPerSecond) : 0;
        if (world.Happens(Faults.LostThere))
        {
            world.Events.In(world.Draw(TimeSpan.TicksPerSecond, 3 * TimeSpan.TicksPerSecond), () => Answer(turn, AnswerKind.Faulted, isHeard: false, [], wait: null));
        }
        else
        {
            world.Events.In(world.DrawWay() + heldUp, () => Arrive(turn));
        }
    }

    private void Arrive(int turn)
    {
        var upstream = service.Upstream;
        var back = world.DrawWay();
        if (world.Now < upstream.FailsUntil || world.Now < upstream.StormsUntil)
        {
            var isStorm = world.Now < upstream.StormsUntil;
            world.Note($"{this} meets {(isStorm ? "a storm" : "a fault")}");
            TimeSpan? asked = isStorm && world.Draw(0, 2) == 0 ? TimeSpan.FromTicks(world.Draw(0, 3 * TimeSpan.TicksPerSecond)) : null;
            world.Events.In(back, () => Answer(turn, isStorm ? AnswerKind.Throttled : AnswerKind.Faulted, isHeard: true, [], asked));
            return;
        }

        if (_key is { } used && upstream.RefusalOf(used.Key, _text, world) is { } refused)
        {
            world.Note($"{this} is refused for {used.Key.Name}: {refused.Kind}, {refused.Wait?.Ticks}");
            upstream.HasRefused = true;
            world.Events.In(back, () => Answer(turn, AnswerReading.KindOf(refused), isHeard: true, [], wait: null, refused));
            return;
        }

        var verdict = upstream.Arrive(world.Now, world.KeyOf(_process), _request, _key?.Key.Quota);
        var reports = world.Signals(upstream, _process, _request, _key?.Key.Quota);
        if (verdict.Ticket is { } ticket)
        {
            Serve(turn, ticket, back, reports);
            return;
        }

        var (limit, wait) = (verdict.Refusal!.Limit!, verdict.Refusal.Wait);
        world.Note($"{this} is refused by the upstream for {limit.Name}, {wait.Ticks}");
        Require(!world.HoldsAtTheDoor(upstream, limit.Name), $"the upstream refused it for '{upstream.SpecOf(limit.Name)}'");
        upstream.HasRefused = true;
        var scope = upstream.SpecOf(limit.Name).By == PartitionBy.Key ? ResponseScope.Key : ResponseScope.Service;
        world.Events.In(back, () => Answer(turn, AnswerKind.Throttled, isHeard: true, reports, wait, new Verdict(ResponseKind.Limited, scope) { Wait = wait }));
    }

    private void Serve(int turn, UpstreamTicket ticket, long back, QuotaReport[] reports)
    {
        var (work, isLost) = (world.Draw(0, world.Plan.Work), world.Happens(Faults.LostBack));
        world.Note($"{this} is served for {work}");
        world.Events.In(work, () =>
        {
            VirtualUpstream.End(world.Now, ticket);
            world.Events.In(isLost ? back + (2 * TimeSpan.TicksPerSecond) : back, () => Answer(turn, isLost ? AnswerKind.Faulted : AnswerKind.Succeeded, !isLost, reports, wait: null, new Verdict(ResponseKind.Fine, ResponseScope.Request)));
        });
    }

    private void Answer(int turn, AnswerKind kind, bool isHeard, QuotaReport[] reports, TimeSpan? wait, Verdict? verdict = null) => _process.Run(_epoch, () =>
    {
        if (_stage != Stage.Goes || _turn != turn)
        {
            return;
        }

        var now = service.Limiter.Now;
        if (isHeard)
        {
            service.Limiter.Answered(_ticket!, reports, now);
        }

        if (kind == AnswerKind.Throttled && verdict is not { Scope: ResponseScope.Key })
        {
            service.Limiter.Pause(_ticket!, wait);
        }

        service.Limiter.Learn(_ticket!, kind, now, isExplained: reports.Length > 0);
        if (isHeard && _key is not null && verdict is { } said)
        {
            HearOfKey(said);
            service.Limiter.HeardFirst(_ticket!);
            if (TryMove(said))
            {
                return;
            }
        }

        world.Events.In(world.Draw(0, 50 * TimeSpan.TicksPerMillisecond), () => _process.Run(_epoch, () => End(turn, kind, kind.ToString())));
    });

    private void NotSent(int turn)
    {
        if (_stage != Stage.Goes || _turn != turn)
        {
            return;
        }

        world.Note($"{this} was never sent");
        Leave(static (oracle, admission, now) => oracle.NeverSent(admission, now));
        _ticket!.GiveBack();
        Report(CallResult.Failure);
        Repeat();
    }

    private void End(int turn, AnswerKind kind, string how)
    {
        if (_stage != Stage.Goes || _turn != turn)
        {
            return;
        }

        world.Note($"{this} ends: {how}");
        Settle();
        Leave(static (_, _, _) => { });
        _ticket!.Complete();
        var result = kind switch { AnswerKind.Faulted => CallResult.Failure, AnswerKind.Succeeded => CallResult.Success, _ => CallResult.Inconclusive };
        Report(result);
        if (kind is AnswerKind.Faulted or AnswerKind.Throttled)
        {
            Repeat();
        }
    }

    private void Settle()
    {
        var thought = ServiceSpec.CostOf(ServiceDrawing.Tokens, _request.Costs);
        if (thought == 0 || !world.Happens(Faults.Settlements, often: 8))
        {
            return;
        }

        var actual = world.Draw(0, 2 * thought);
        world.Note($"{this} cost {actual} and not {thought}");
        _ticket!.Settle(new UnitCost(ServiceDrawing.Tokens, actual));
        foreach (var (oracle, admission) in _admissions.Where(static each => each.Oracle.Spec.Unit == ServiceDrawing.Tokens))
        {
            oracle.Settle(admission, world.Now, actual);
        }
    }

    /// <summary>What it held is free: before its ticket says so, since whoever waits for that goes at once.</summary>
    private void Leave(Action<LimitOracle, LimitOracle.Admission, long> settle)
    {
        _stage = Stage.Ended;
        service.Held--;
        LeaveKey();
        foreach (var (oracle, admission) in _admissions)
        {
            settle(oracle, admission, world.Now);
            oracle.End(admission);
            admission.HasEnded = true;
        }

        _admissions = [];
    }

    private void Report(CallResult result)
    {
        service.Breaker.Report(world.Now, _pass, result, world.Now - _went, null);
        service.LastPass = world.Now;
    }

    private void Repeat()
    {
        if (_attempt < MostAttempts && service.Retries.TryTake(world.Now))
        {
            world.Events.In(world.Draw(0, TimeSpan.TicksPerSecond), () => _process.Run(_epoch, Attempt));
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantException($"{this}: {otherwise}");
        }
    }

    private static bool SameCosts(IReadOnlyList<UnitCost>? mine, IReadOnlyList<UnitCost>? others) => (mine ?? []).SequenceEqual(others ?? []);

    public override string ToString() =>
        $"{_process.Name} {service.Spec.Name} #{number}.{_attempt} {_request.Priority}{(_request.Tenant is { } tenant ? $" {tenant}" : "")}{(_request.Partition is { } name ? $" {name}" : "")}{(_request.Endpoint is { } endpoint ? $" {endpoint}" : "")}{(_request.Costs is { } costs ? $" ({string.Join(", ", costs.Select(static cost => $"{cost.Amount} {cost.Unit}"))})" : "")}";
}
