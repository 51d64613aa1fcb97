using FsCheck.Fluent;
using RateLimited.Http.Limits.Learning;
using RateLimited.Http.Redis.Messages;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Tests.Limits.Cases;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>What the script keeps of a limit that is learned, against <see cref="Lesson.Kept"/> and a count of what went in a few lines.</summary>
public sealed class LearnedScriptTests : IClassFixture<RedisServer>, IDisposable
{
    private const int Steps = 40;
    private const int Figures = 3;

    private const long Begin = 1_760_000_000_000_000;

    private readonly ConnectionMultiplexer _connection;
    private readonly string _stem = $"t{Guid.NewGuid():N}";

    public LearnedScriptTests(RedisServer server) => _connection = ConnectionMultiplexer.Connect(server.Options);

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void What_was_learned_is_told_and_heard_as_the_model_has_it()
    {
        var (script, histories) = (new HistoryScript(_connection.GetDatabase()), 0);
        var step = from gap in Gen.Elements(0L, 1, 100_000, 499_999, 500_000, 3_000_000, 599_999_999, 600_000_000)
                   from behind in Gen.Choose(-1, 2)
                   from falls in Gen.Elements(true, false)
                   from limit in Gen.Choose(0, 5)
                   from went in Gen.Elements(0L, 1, 7, 1L << 45)
                   from asks in Gen.Elements(true, false, false)
                   select (gap, behind, falls, limit, went, asks);
        Holds.For(step.ArrayOf(Steps), drawn =>
        {
            var (model, message, expected, now) = (new Model(), new MessageWriter(), new List<long>(), Begin);
            foreach (var (gap, behind, falls, limit, went, asks) in drawn)
            {
                now += gap;
                var known = Math.Max(model.Version - behind, 0);
                message.Add(now, 22, 1, 2);
                new LearnedTerms(1, Figures).Write(message, guard: 0, serverNow: now);
                new LeaseTerms(2, MessageWriter.ExactIntegers - 1, LimitTerms.Micros(TimeSpan.TicksPerDay)).Write(message, guard: 0, serverNow: now);
                if (asks)
                {
                    message.Add(0, 2, 1, 0, known, 0);
                    message.Add(2, limit, 0, 0);
                    expected.AddRange([model.Ask(now, known, limit), 0]);
                    continue;
                }

                var told = new Lesson(known + (falls ? 1 : 0), [limit, 2 * limit, message.Count]);
                message.Add(23, 1, known, told.Version, went, Figures);
                message.Add(told.Figures);
                expected.AddRange(model.Tell(now, told, known, went));
            }

            script.Play(message.ToBytes(), $"{_stem}:{histories++}").ShouldBe(expected);
        }, share: 20);
    }

    private sealed class Model
    {
        private const long Memory = 600_000_000;
        private const long HalfSecond = 500_000;
        private const double Most = 4_503_599_627_370_496d / 2048;

        private Lesson _kept = new(0, new long[Figures]);
        private double _sent;
        private double _measured;
        private long _half;
        private long _till;

        /// <summary>The version that is kept, or was last.</summary>
        public long Version { get; private set; }

        public IEnumerable<long> Tell(long now, Lesson told, long known, long went)
        {
            Pass(now);
            var (half, sent, measured) = (now / HalfSecond, _sent, _measured);
            if (half > _half)
            {
                (measured, sent) = (Math.Floor((1600 * sent / (half - _half)) + (measured / 5)), 0);
            }

            sent = Math.Min(sent + went, Most);
            var kept = Lesson.Kept(_kept, told, known);
            if (went > 0 || kept != _kept)
            {
                (_kept, _half, _sent, _measured, _till) = (kept, half, sent, measured, now + Memory);
                Version = kept.Version;
            }

            return [kept.Version, (long)measured, (long)sent, .. kept.Figures];
        }

        /// <summary>Whether so much goes of somebody's who has heard of a version: it is counted.</summary>
        public long Ask(long now, long known, long cost)
        {
            Pass(now);
            if (_kept.Version > known)
            {
                return 0;
            }

            (_sent, _till) = (Math.Min(_sent + cost, Most), now + Memory);
            return 1;
        }

        private void Pass(long now)
        {
            if (_till <= now)
            {
                (_kept, _half, _sent, _measured) = (new Lesson(0, new long[Figures]), 0, 0, 0);
            }
        }
    }
}
