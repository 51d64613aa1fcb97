using FsCheck.Fluent;
using RateLimited.Http.Redis.Messages;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Tests.Limits.Cases;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>What the script keeps of how a key is, against a model of it in a few lines.</summary>
public sealed class RestScriptTests : IClassFixture<RedisServer>, IDisposable
{
    private const int Steps = 40;

    /// <summary>What somebody waits for, and what nobody does.</summary>
    private const int Rests = 14;
    private const int Told = 26;

    private const long Begin = 1_760_000_000_000_000;

    private readonly ConnectionMultiplexer _connection;
    private readonly string _stem = $"t{Guid.NewGuid():N}";

    public RestScriptTests(RedisServer server) => _connection = ConnectionMultiplexer.Connect(server.Options);

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void Rests_are_told_and_heard_as_the_model_has_it()
    {
        var (script, histories) = (new HistoryScript(_connection.GetDatabase()), 0);
        var step = from gap in Gen.Elements(0L, 1, 900, 40_000, 3_000_000)
                   from reason in Gen.Choose(0, 3)
                   from after in Gen.Elements(0L, 1, 1_000, 50_000, 5_000_000, 1L << 50)
                   from known in Gen.Choose(-1, 1)
                   from asks in Gen.Elements(true, false)
                   from code in Gen.Elements(Rests, Told)
                   select (gap, reason, after, known, asks, code);
        Holds.For(step.ArrayOf(Steps), drawn =>
        {
            var (model, message, expected, now) = (new Model(), new MessageWriter(), new List<long>(), Begin);
            foreach (var (gap, reason, after, known, asks, code) in drawn)
            {
                now += gap;
                var version = Math.Max(model.Version + known, 0);
                message.Add(now, 12, 1, 1);
                new RestTerms(1).Write(message, guard: 0, serverNow: now);
                if (asks)
                {
                    message.Add(0, 1, 1, 0, version, 0);
                    expected.AddRange(model.Ask(now, version));
                }
                else
                {
                    message.Add(code, 1, reason, after, version);
                    expected.AddRange([1, model.Tell(now, reason, after, version)]);
                }
            }

            script.Play(message.ToBytes(), $"{_stem}:{histories++}").ShouldBe(expected);
        }, share: 5);
    }

    /// <summary>The longest rest counts, until it is over or whoever knows of it says so; each change has a version of its own.</summary>
    private sealed class Model
    {
        private const long Longest = 31L * 24 * 3600 * 1_000_000;

        private long _stamp;
        private long _reason;
        private long _till;

        /// <summary>The version that was given last, be it over or not.</summary>
        public long Version { get; private set; }

        public long Tell(long now, long reason, long after, long known)
        {
            Pass(now);
            var till = now + Math.Min(after, Longest);
            if (reason == 0 ? _reason == 0 || _stamp > known : till <= (_reason == 0 ? now : _till))
            {
                return 0;
            }

            _till = reason == 0 ? _till : till;
            (_reason, _stamp) = (reason, Math.Max(_stamp + 1, now / 1000));
            Version = _stamp;
            return (_stamp * 8) + _reason;
        }

        /// <summary>Whether somebody goes who has heard of a version, and how long the rest is that it hears of otherwise.</summary>
        public long[] Ask(long now, long known)
        {
            Pass(now);
            return _stamp > known ? [0, _till - now] : [1, 0];
        }

        private void Pass(long now) => (_stamp, _reason, _till) = _till > now ? (_stamp, _reason, _till) : (0, 0, 0);
    }
}
