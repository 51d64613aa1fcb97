using Microsoft.Extensions.Logging;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>Whatever fails while a process asks a store that others share, whoever waits is told, the log says so once, and the next who comes asks anew. Virtual time.</summary>
public sealed class UnforeseenTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider _time = new();
    private readonly LogCollector _log = new();
    private readonly RateLimitingTelemetry _telemetry;
    private ServiceLimiter? _limiter;

    public UnforeseenTests() => _telemetry = new RateLimitingTelemetry(loggers: _log);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    private IReadOnlyList<string> Errors => [.. _log.Ours.Where(static entry => entry.Level == LogLevel.Error).Select(static entry => entry.Message)];

    [Fact]
    public async Task An_answer_that_makes_no_sense_is_told_to_whoever_waits_and_the_next_asks_anew()
    {
        var store = new ScriptedStore();
        var process = Start(store);

        for (var i = 0; i < 3; i++)
        {
            var waiting = process.AcquireAsync(cancellationToken: Ended).AsTask();
            Nonsense(await store.NextAsync());
            (await Should.ThrowAsync<RateLimitStoreException>(waiting.WaitAsync(Patience, Ended))).InnerException!.InnerException.ShouldBeOfType<InvalidOperationException>();
        }

        Errors.Count.ShouldBe(1);
        await GoesAsync(process, store);

        var later = process.AcquireAsync(cancellationToken: Ended).AsTask();
        Nonsense(await store.NextAsync());
        await Should.ThrowAsync<RateLimitStoreException>(later.WaitAsync(Patience, Ended));
        Errors.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Who_does_not_wait_asks_anew_too()
    {
        var store = new ScriptedStore();
        var process = Start(store);
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        Nonsense(await store.NextAsync());

        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Grant();

        process.TryAcquire().IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_fault_while_a_loss_is_taken_in_is_told()
    {
        var store = new ScriptedStore { Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.FailClosed, Dice = new BrokenDice() } };
        var process = Start(store);

        var waiting = process.AcquireAsync(cancellationToken: Ended).AsTask();
        (await store.NextAsync()).Fail(mayBeDone: false);

        await Should.ThrowAsync<RateLimitStoreException>(waiting.WaitAsync(Patience, Ended));
        Errors.Count.ShouldBe(1);
        await GoesAsync(process, store);
    }

    [Fact]
    public async Task A_fault_before_anything_is_asked_is_told_and_what_may_have_been_told_is_told_once_more_after_it()
    {
        var script = new ScriptedStore();
        var store = new Forgetful(script);
        var process = Start(store);
        var waiting = process.AcquireAsync(cancellationToken: Ended).AsTask();
        var lost = await script.NextAsync();
        lost.Fail(mayBeDone: true);
        (await script.NextAsync()).Fail(mayBeDone: true);

        store.IsBroken = true;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<RateLimitStoreException>(waiting.WaitAsync(Patience, Ended));
        Errors.Count.ShouldBe(1);

        store.IsBroken = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        var again = await script.NextAsync();
        again.Exchange.ShouldBeSameAs(lost.Exchange);
        again.Grant();
        (await script.NextAsync()).Grant();
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await script.NextAsync()).Grant();
        process.TryAcquire().IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_fault_of_whoever_is_woken_does_not_end_the_asking()
    {
        var store = new ScriptedStore();
        var process = Start(store);
        var told = new List<Exception>();
        _limiter!.Bound.Shared!.Attach(static () => throw new InvalidTimeZoneException(), (_, fault) => told.Add(fault), static () => 0, static () => { });

        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Grant();

        told.ShouldHaveSingleItem().InnerException.ShouldBeOfType<InvalidTimeZoneException>();
        Errors.Count.ShouldBe(1);
        process.TryAcquire().IsAdmitted.ShouldBeTrue();
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Exchange.Questions.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_mistake_that_does_not_pass_is_logged_once_until_the_store_answers()
    {
        var store = new ScriptedStore();
        var process = Start(store);

        for (var i = 0; i < 3; i++)
        {
            process.TryAcquire().IsAdmitted.ShouldBeFalse();
            (await store.NextAsync()).Fail(mayBeDone: false, passes: false);
        }

        Errors.ShouldHaveSingleItem().ShouldBe("The limits of s cannot be decided with the store that counts them: As the test says. Whoever waits is told so, until it answers.");
        await GoesAsync(process, store);
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Fail(mayBeDone: false, passes: false);
        Errors.Count.ShouldBe(2);
    }

    public void Dispose()
    {
        _limiter?.Dispose();
        _telemetry.Dispose();
        _log.Dispose();
    }

    private static async Task GoesAsync(IServiceRateLimiter process, ScriptedStore store)
    {
        var waiting = process.AcquireAsync(cancellationToken: Ended).AsTask();
        (await store.NextAsync()).Grant();
        (await waiting.WaitAsync(Patience, Ended)).Dispose();
    }

    /// <summary>What refused is something that was not asked for.</summary>
    private static void Nonsense(ScriptedStore.Call call)
    {
        var question = call.Exchange.Questions.ShouldHaveSingleItem();
        question.Refused = new SharedBalance(question.Wants[0].Balance.Partition);
        call.Answer();
    }

    private IServiceRateLimiter Start(ISharedStore store)
    {
        var definition = new ServiceDefinition
        {
            Name = "s",
            Limits = [new LimitDefinition("hourly", UnitCost.Requests, new SlidingWindow(10, TimeSpan.TicksPerHour))],
            ArrivalGuard = TimeSpan.Zero,
        };
        return _limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), _telemetry.For("s"), shared: store);
    }

    private sealed class BrokenDice : Random
    {
        public override double NextDouble() => throw new InvalidTimeZoneException();
    }

    /// <summary>A store that fails when it is asked what it remembers.</summary>
    private sealed class Forgetful(ScriptedStore inner) : ISharedStore, ISharedCounts
    {
        public bool IsBroken { get; set; }

        public string Name => inner.Name;

        public SharedSettings Settings => inner.Settings;

        public TimeSpan RemembersFor => IsBroken ? throw new InvalidTimeZoneException() : inner.RemembersFor;

        public ISharedCounts Open(string service, Action<int> onNews) => this;

        public Task ExchangeAsync(SharedExchange exchange, bool isRetry) => inner.ExchangeAsync(exchange, isRetry);
    }
}
