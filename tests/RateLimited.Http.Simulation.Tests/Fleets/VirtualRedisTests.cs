using System.Text;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>What the fleets' Redis does as a real one does.</summary>
public sealed class VirtualRedisTests
{
    private readonly List<string> _published = [];
    private long _now;

    [Fact]
    public void It_knows_a_script_that_it_was_given_until_it_forgets_it()
    {
        using var redis = With("return 'done'");

        Should.Throw<ScriptErrorException>(() => redis.Run([], [])).Message.ShouldStartWith("NOSCRIPT");
        Text(redis.LoadAndRun([], [])).ShouldBe("done");
        Text(redis.Run([], [])).ShouldBe("done");
        redis.FlushScripts();
        Should.Throw<ScriptErrorException>(() => redis.Run([], [])).Message.ShouldStartWith("NOSCRIPT");
    }

    [Fact]
    public void Keys_end_by_the_servers_clock()
    {
        using var redis = With("local was = redis.call('SET', KEYS[1], ARGV[1], 'PX', '1000', 'GET') return was or 'nothing'");

        Text(redis.LoadAndRun([Bytes("k")], [Bytes("a")])).ShouldBe("nothing");
        _now += 999 * TimeSpan.TicksPerMillisecond;
        Text(redis.Run([Bytes("k")], [Bytes("b")])).ShouldBe("a");
        redis.Ahead += 1_000_000;
        redis.Live.ShouldBe(0);
        Text(redis.Run([Bytes("k")], [Bytes("c")])).ShouldBe("nothing");
    }

    [Fact]
    public void A_value_is_replaced_only_where_there_is_one_and_lives_as_long_as_it_would_have()
    {
        using var redis = With("if ARGV[2] then redis.call('SET', KEYS[1], ARGV[2], 'PX', '1000') end return redis.call('SET', KEYS[1], ARGV[1], 'XX', 'KEEPTTL', 'GET') or 'nothing'");

        Text(redis.LoadAndRun([Bytes("k")], [Bytes("a")])).ShouldBe("nothing");
        redis.Live.ShouldBe(0);
        Text(redis.Run([Bytes("k")], [Bytes("b"), Bytes("first")])).ShouldBe("first");
        _now += 999 * TimeSpan.TicksPerMillisecond;
        Text(redis.Run([Bytes("k")], [Bytes("c")])).ShouldBe("b");
        _now += TimeSpan.TicksPerMillisecond;
        redis.Live.ShouldBe(0);
        Text(redis.Run([Bytes("k")], [Bytes("d")])).ShouldBe("nothing");
    }

    [Fact]
    public void Parts_of_values_are_read_and_written_in_place()
    {
        using var redis = With("redis.call('SET', KEYS[1], 'abcdef', 'PX', '1000') redis.call('SETRANGE', KEYS[1], '2', 'XY') return redis.call('GETRANGE', KEYS[1], '1', '-2') .. redis.call('GETRANGE', 'none', '0', '5')");

        Text(redis.LoadAndRun([Bytes("k")], [])).ShouldBe("bXYe");
    }

    [Fact]
    public void Errors_are_said_and_raised_as_tables()
    {
        using var said = With("return redis.error_reply('RLHSCHEMA no')");
        using var raised = With("error({err = 'RLHPROTOCOL no'})");
        using var unknown = With("return redis.call('HGET', 'k', 'f')");
        using var wrong = With("return nil + 1");

        Should.Throw<ScriptErrorException>(() => said.LoadAndRun([], [])).Message.ShouldBe("RLHSCHEMA no");
        Should.Throw<ScriptErrorException>(() => raised.LoadAndRun([], [])).Message.ShouldBe("RLHPROTOCOL no");
        Should.Throw<ScriptErrorException>(() => unknown.LoadAndRun([], [])).Message.ShouldContain("unknown command 'HGET'");
        Should.Throw<ScriptErrorException>(() => wrong.LoadAndRun([], [])).Message.ShouldStartWith("ERR Error running script");
    }

    [Fact]
    public void A_key_that_would_live_for_ever_is_an_error()
    {
        using var set = With("return redis.call('SET', KEYS[1], 'a')");
        using var range = With("return redis.call('SETRANGE', KEYS[1], '0', 'a')");

        Should.Throw<ScriptErrorException>(() => set.LoadAndRun([Bytes("k")], [])).Message.ShouldContain("live for ever");
        Should.Throw<ScriptErrorException>(() => range.LoadAndRun([Bytes("k")], [])).Message.ShouldContain("live for ever");
    }

    [Fact]
    public void A_replica_that_takes_over_has_what_it_had_caught_up_with()
    {
        using var redis = With("redis.call('PUBLISH', 'c', ARGV[1]) return redis.call('SET', KEYS[1], ARGV[1], 'PX', '1000', 'GET') or 'nothing'");

        redis.LoadAndRun([Bytes("k")], [Bytes("a")]);
        redis.Copy();
        redis.Run([Bytes("k")], [Bytes("b")]);
        redis.FailOver();

        Text(redis.LoadAndRun([Bytes("k")], [Bytes("c")])).ShouldBe("a");
        redis.Lose();
        Text(redis.LoadAndRun([Bytes("k")], [Bytes("d")])).ShouldBe("nothing");
        _published.ShouldBe(["c a", "c b", "c c", "c d"]);
    }

    private VirtualRedis With(string script) => new(script, () => _now, (channel, message) => _published.Add($"{channel} {message}"));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
