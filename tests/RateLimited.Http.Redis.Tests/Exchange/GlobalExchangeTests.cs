using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>In which order blocks of the limits over all services and a service's own limits are asked for, and what becomes of a block. Virtual time.</summary>
public sealed class GlobalExchangeTests : IDisposable
{
    private static readonly SharedSettings Settings = new() { Ahead = 0, GlobalAhead = TimeSpan.TicksPerSecond, Globals = GlobalCounting.Blocks, Alone = AloneMode.FailClosed };

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly ScriptedStore _all = new() { Settings = Settings };
    private readonly ScriptedStore _own = new() { Settings = Settings };
    private readonly InProcessStore _store;
    private readonly ServiceLimiter _process;

    public GlobalExchangeTests()
    {
        _store = new InProcessStore(_time, [new LimitDefinition("all", UnitCost.Requests, new SlidingWindow(5, TimeSpan.TicksPerHour))]);
        _store.ShareGlobals(_all, _telemetry.For("all services"));
        _process = new ServiceLimiter(
            new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("own", UnitCost.Requests, new SlidingWindow(5, TimeSpan.TicksPerHour))], ArrivalGuard = TimeSpan.Zero },
            _store,
            _telemetry.For("s"),
            shared: _own);
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_of_a_services_own_is_asked_for_that_the_limit_over_all_refuses()
    {
        var waits = _process.AcquireAsync(cancellationToken: Ended).AsTask();

        var asked = await _all.NextAsync();
        NamesOf(asked).ShouldBe(["all"]);
        asked.Refuse(TimeSpan.FromMinutes(30));

        var refused = await Should.ThrowAsync<RateLimitRejectedException>(waits);
        refused.Limit.ShouldBe("all");
        _own.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_block_is_spent_with_what_the_service_is_granted_and_kept_when_it_is_refused()
    {
        var waits = _process.AcquireAsync(cancellationToken: Ended).AsTask();
        (await _all.NextAsync()).Grant(receipt: 3);

        var asked = await _own.NextAsync();
        NamesOf(asked).ShouldBe(["own"]);
        asked.Refuse(TimeSpan.FromMinutes(30));
        await Should.ThrowAsync<RateLimitRejectedException>(waits);

        // The block was taken for a second: for whoever comes now nothing more of it is asked for.
        _time.Advance(TimeSpan.FromMilliseconds(300));
        waits = _process.AcquireAsync(cancellationToken: Ended).AsTask();
        (await _own.NextAsync()).Grant();
        (await waits).Dispose();
    }

    [Fact]
    public async Task What_is_left_of_a_block_goes_back_when_its_time_is_over()
    {
        var waits = _process.AcquireAsync(cancellationToken: Ended).AsTask();
        (await _all.NextAsync()).Grant(receipt: 3);
        (await _own.NextAsync()).Refuse(TimeSpan.FromMinutes(30));
        await Should.ThrowAsync<RateLimitRejectedException>(waits);

        _time.Advance(TimeSpan.FromMilliseconds(1_010));

        (await _all.NextAsync()).Exchange.Notes.Select(static note => (note.Kind, note.Receipt, note.Amount)).ShouldBe([(NoteKind.GiveBack, 3, 1)]);
    }

    [Fact]
    public async Task A_process_that_cannot_ask_for_blocks_asks_nothing_of_a_service()
    {
        var waits = _process.AcquireAsync(cancellationToken: Ended).AsTask();

        (await _all.NextAsync()).Fail(mayBeDone: false);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        _own.Waiting.ShouldBe(0);
        waits.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        var probe = await _all.NextAsync();
        probe.Exchange.Join.ShouldBeTrue();
        probe.Grant();
        (await _all.NextAsync()).Grant();
        (await _own.NextAsync()).Grant();
        (await waits).Dispose();
    }

    [Fact]
    public async Task Beside_others_who_joins_has_a_part_of_what_this_process_takes_alone_from_then_on()
    {
        var beside = new ScriptedStore { Settings = new SharedSettings { Ahead = 0, Globals = GlobalCounting.CoLocated, Instances = 1 } };
        using var store = new InProcessStore(_time, [new LimitDefinition("all", UnitCost.Requests, new SlidingWindow(12, TimeSpan.TicksPerHour))]) { ServiceCount = 2 };
        using var process = new ServiceLimiter(new ServiceDefinition { Name = "s", Limits = [], ArrivalGuard = TimeSpan.Zero }, store, _telemetry.For("s"), shared: beside);
        var waits = process.AcquireAsync(cancellationToken: Ended).AsTask();
        var counted = await beside.NextAsync();
        (counted.Exchange.Instances, counted.Exchange.Takers) = (1, 2);
        counted.Grant();
        (await waits).Dispose();

        // Two more come, which nobody has counted yet.
        beside.News(3);
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await beside.NextAsync()).Fail(mayBeDone: false);

        var went = 0;
        while (process.TryAcquire().IsAdmitted)
        {
            went++;
        }

        went.ShouldBe(2);
    }

    public void Dispose()
    {
        _process.Dispose();
        _store.Dispose();
        _telemetry.Dispose();
    }

    private static IEnumerable<string> NamesOf(ScriptedStore.Call call) => call.Exchange.Questions.SelectMany(static question => question.Wants).Select(static want => want.Balance.Partition.Limit.Definition.Name);
}
