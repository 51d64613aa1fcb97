using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Telemetry;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>
/// Two balances of one process that are one limit in Redis: what was taken ahead of an API key under its former name ends in the exchange that asks for it under the new one. Each is told of, and both are
/// counted.
/// </summary>
public sealed class RenamedLimitTests(RedisServer server) : IClassFixture<RedisServer>, IAsyncLifetime
{
    private const int Quota = 10;
    private const long Lease = 30 * TimeSpan.TicksPerSecond;

    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly KeySchema _schema = new($"t{Guid.NewGuid():N}"[..20], []);
    private readonly List<ServiceLimiter> _limiters = [];
    private ConnectionMultiplexer _connection = null!;
    private SharedBalance _former = null!;
    private SharedBalance _present = null!;
    private long _sequence;

    public async ValueTask InitializeAsync()
    {
        _connection = await ConnectionMultiplexer.ConnectAsync(server.Options);
        (_former, _present) = (await BalanceAsync(), await BalanceAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _limiters.ForEach(static limiter => limiter.Dispose());
        _telemetry.Dispose();
        await _connection.CloseAsync();
        _connection.Dispose();
    }

    [Fact]
    public void Both_ask_in_one_exchange_and_draw_on_one_quota()
    {
        var (first, second) = (Wanting(_former, 6), Wanting(_present, 6));

        Exchange([], first, second);

        first.IsGranted.ShouldBeTrue();
        second.IsGranted.ShouldBeFalse();
        second.Refused.ShouldBeSameAs(_present);
        Remaining().ShouldBe(4);
    }

    [Fact]
    public void What_one_gives_back_and_the_other_is_granted_in_one_exchange_are_both_counted()
    {
        var all = Wanting(_former, Quota);
        Exchange([], all);
        var granted = all.Wants[0];

        var asked = Wanting(_present, 3);
        Exchange([new SharedNote { Kind = NoteKind.GiveBack, Balance = _former, Receipt = granted.Receipt, Amount = 4 }], asked);

        asked.IsGranted.ShouldBeTrue();
        Remaining().ShouldBe(1);
    }

    private static SharedQuestion Wanting(SharedBalance balance, long least) => new() { Wants = [new SharedWant { Balance = balance, Least = least, Part = 1 }] };

    /// <summary>How much is granted one by one.</summary>
    private int Remaining()
    {
        for (var count = 0; ; count++)
        {
            var question = Wanting(_present, 1);
            Exchange([], question);
            if (!question.IsGranted)
            {
                return count;
            }
        }
    }

    private void Exchange(IEnumerable<SharedNote> notes, params IEnumerable<SharedQuestion> questions)
    {
        var keys = _schema.Of("s");
        var exchange = new SharedExchange { GuardOf = static _ => 0, LocalNow = static () => 0 };
        exchange.Notes.AddRange(notes);
        exchange.Questions.AddRange(questions);
        var message = new RedisMessage(exchange, keys, balance => LimitAddress.Of(balance, _schema, keys, Lease), Lease);
        var answer = _connection.GetDatabase().ScriptEvaluate(ExchangeScript.Current.Text, message.KeysWith(keys.Calls("p")), message.Values(owner: 1, ++_sequence, isRetry: false, serverNow: 0, localNow: 0));
        message.Read((byte[])answer!);
    }

    /// <summary>What a process has of the limit: one that is bound anew has another.</summary>
    private async Task<SharedBalance> BalanceAsync()
    {
        var store = new ScriptedStore();
        var definition = new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("own", UnitCost.Requests, new SlidingWindow(Quota, TimeSpan.TicksPerHour))], ArrivalGuard = TimeSpan.Zero };
        var limiter = new ServiceLimiter(definition, new InProcessStore(TimeProvider.System, []), _telemetry.For("s"), shared: store);
        _limiters.Add(limiter);
        _ = limiter.AdmitAsync(default, TestContext.Current.CancellationToken).AsTask();
        return (await store.NextAsync()).Exchange.Questions[0].Wants[0].Balance;
    }
}
