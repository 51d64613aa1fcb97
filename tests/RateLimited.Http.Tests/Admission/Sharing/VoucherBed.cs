using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Admission.Sharing;

/// <summary>A service whose limits are granted ahead by a store, in virtual time and on one thread, and books of all that went.</summary>
internal sealed class VoucherBed : IDisposable
{
    public static readonly AdmissionRequest Usual = Costing(10);
    public static readonly AdmissionRequest Other = Costing(25);

    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly Dictionary<SharedBalance, long> _spent = [];
    private readonly Dictionary<SharedBalance, long> _spentAlone = [];
    private readonly List<AdmissionTicket> _held = [];
    private readonly List<Task<AdmissionTicket>> _waiting = [];
    private bool _isWide;

    public VoucherBed() => Limiter = new ServiceLimiter(Defined(), new InProcessStore(Time, []), _telemetry.For("s"), Completion.Inline, Store);

    public ManualTimeProvider Time { get; } = new();

    public GrantingStore Store { get; } = new();

    public ServiceLimiter Limiter { get; }

    public Vouchers Vouchers => Limiter.Bound.DefaultPlan.Vouchers.ShouldNotBeNull();

    public IReadOnlyList<AdmissionTicket> Held => _held;

    public int Waiting => _waiting.Count;

    private IEnumerable<SharedBalance> Balances => Limiter.Bound.DefaultPlan.Limits.Select(static limit => (SharedBalance)limit.Only!.State.Extra!);

    public static AdmissionRequest Costing(long tokens) => new() { Costs = [new UnitCost("tokens", tokens)] };

    /// <summary>Somebody asks. Who finds nothing must not have overlooked what is there, and nobody overtakes those who wait.</summary>
    public void Ask(AdmissionRequest request)
    {
        var isLineEmpty = Limiter.Waiting == 0;
        var admission = Limiter.AdmitAsync(request, CancellationToken.None);
        if (admission.IsCompletedSuccessfully)
        {
            isLineEmpty.ShouldBeTrue("who comes later goes later");
            Note(admission.Result);
            return;
        }

        _waiting.Add(admission.AsTask());
        if (isLineEmpty && !Limiter.Bound.Shared!.IsAlone && Limiter.Bound.IsUnhindered)
        {
            Balances.ShouldContain(balance => balance.HeldAt(Limiter.Now) < (balance.Partition.Limit.Unit == UnitCost.Requests ? 1 : request.Costs![0].Amount), "what it lacked was there");
        }
    }

    public void Ask(int times, AdmissionRequest request)
    {
        for (var i = 0; i < times; i++)
        {
            Ask(request);
        }
    }

    /// <summary>The request that has been under way for longest ends, at another cost if one is said.</summary>
    public void End(long? tokens = null)
    {
        if (_held.Count == 0)
        {
            return;
        }

        var ticket = _held[0];
        _held.RemoveAt(0);
        foreach (ref var charge in ticket.Charges)
        {
            // What was spent alone is told when the store is back, and stays told.
            if (tokens is { } actual && charge.Partition.Limit.Unit == "tokens" && charge.Receipt != SharedBalance.AloneReceipt)
            {
                _spent[BalanceOf(charge)] += actual - charge.Cost;
                ticket.Settle(new UnitCost("tokens", actual));
            }
        }

        ticket.Complete();
    }

    /// <summary>The same of one that was never sent.</summary>
    public void GiveBack()
    {
        if (_held.Count == 0 || _held[0].Charges.ToArray().Any(static charge => charge.Receipt == SharedBalance.AloneReceipt))
        {
            End();
            return;
        }

        foreach (ref var charge in _held[0].Charges)
        {
            _spent[BalanceOf(charge)] -= charge.Cost;
        }

        _held[0].GiveBack();
        _held.RemoveAt(0);
    }

    public void Advance(TimeSpan time)
    {
        Time.Advance(time);
        foreach (var gone in _waiting.Where(static waiting => waiting.IsCompleted).ToList())
        {
            _waiting.Remove(gone);
            gone.IsCompletedSuccessfully.ShouldBeTrue();
#pragma warning disable xUnit1031 // It has completed.
            Note(gone.Result);
#pragma warning restore xUnit1031
        }
    }

    public void Pause(TimeSpan wait) => Limiter.Record(new RequestOutcome { Limited = true, RetryAfter = wait });

    public void Reload()
    {
        _isWide = !_isWide;
        Limiter.Apply(Defined());
    }

    /// <summary>When everybody has gone and all that was not spent has gone back, the store has been told of what went, to the last one.</summary>
    public void Close()
    {
        Store.Mood = StoreMood.Plenty;
        for (var i = 0; i < 100 && _waiting.Count > 0; i++)
        {
            Advance(TimeSpan.FromSeconds(1));
        }

        _waiting.ShouldBeEmpty();
        while (_held.Count > 0)
        {
            End();
        }

        Advance(TimeSpan.FromSeconds(30));
        Advance(TimeSpan.FromSeconds(30));
        foreach (var (balance, spent) in _spent)
        {
            // Of what went while the store was down, what had flowed back since was not told.
            Store.TakenOf(balance).ShouldBeInRange(spent - _spentAlone.GetValueOrDefault(balance), spent);
            balance.Held.ShouldBe(0);
        }

        Limiter.InFlight.ShouldBe(0);
    }

    public void Dispose()
    {
        Limiter.Dispose();
        _telemetry.Dispose();
    }

    private static SharedBalance BalanceOf(in Charge charge) => (SharedBalance)charge.Partition.State.Extra!;

    private void Note(AdmissionTicket ticket)
    {
        _held.Add(ticket);
        foreach (ref var charge in ticket.Charges)
        {
            ticket.ChargedAt.ShouldBeLessThan(Store.UntilOf(charge.Receipt), "it went after what it was granted by had ended");
            _spent[BalanceOf(charge)] = _spent.GetValueOrDefault(BalanceOf(charge)) + charge.Cost;
            if (charge.Receipt == SharedBalance.AloneReceipt)
            {
                _spentAlone[BalanceOf(charge)] = _spentAlone.GetValueOrDefault(BalanceOf(charge)) + charge.Cost;
            }
        }
    }

    private ServiceDefinition Defined() => new()
    {
        Name = "s",
        Limits =
        [
            new LimitDefinition("often", UnitCost.Requests, new SlidingWindow(_isWide ? 2_000_000_000 : 1_000_000_000, TimeSpan.TicksPerHour)),
            new LimitDefinition("much", "tokens", new TokenBucket(_isWide ? 30_000_000_000 : 20_000_000_000, TimeSpan.TicksPerHour, 20_000_000_000)),
            .. _isWide ? [new LimitDefinition("daily", UnitCost.Requests, new FixedWindow(1_000_000_000, TimeSpan.TicksPerDay))] : Array.Empty<LimitDefinition>(),
        ],
        ArrivalGuard = TimeSpan.Zero,
        Queue = new QueueDefinition { Timeout = Timeout.InfiniteTimeSpan },
    };
}
