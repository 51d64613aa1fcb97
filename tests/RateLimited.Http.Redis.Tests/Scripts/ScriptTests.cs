using FsCheck.Fluent;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Messages;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Tests.Limits.Cases;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Scripts;

/// <summary>What the script promises beside its arithmetic, on a real server.</summary>
public sealed class ScriptTests : IClassFixture<RedisServer>, IDisposable
{
    private const long Hour = 3_600_000_000;

    /// <summary>What stands before the first head, and a bucket's.</summary>
    private const int UsualHeads = 28 + 80;

    private readonly ConnectionMultiplexer _connection;
    private readonly IDatabase _database;
    private readonly RedisServer _server;
    private readonly string _stem = $"t{Guid.NewGuid():N}";

    public ScriptTests(RedisServer server)
    {
        _server = server;
        _connection = ConnectionMultiplexer.Connect(server.Options);
        _database = _connection.GetDatabase();
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    [Fault("R05")]
    public void R05_a_call_that_is_made_twice_is_charged_once_and_answered_alike()
    {
        var first = Ask(sequence: 1, Bucket(10));
        var again = Ask(sequence: 1, Bucket(10), isRetry: true);
        var duplicate = Ask(sequence: 1, Bucket(10));

        // Only the first is told that the server knew of none before.
        again[1..].ShouldBe(first[1..]);
        duplicate.ShouldBe(again);
        Left(Bucket(10), 10).ShouldBe(9);
    }

    [Fact]
    [Fault("R05")]
    public void R05_a_usual_call_that_is_made_twice_is_charged_once_and_answered_alike()
    {
        Run(Usual(1))[0].ShouldBe(8, "of a key that is not there no head is read");
        Fill(sequence: 2, amount: 50);
        var first = Run(Usual(3));
        var after = _database.StringGet(Key);
        var again = Ask(sequence: 3, Bucket(10), isRetry: true);
        var duplicate = Run(Usual(3));

        first[0].ShouldBe(5);
        again.ShouldBe(first);
        duplicate.ShouldBe(again);
        Run(Usual(2))[0].ShouldBe(2);
        _database.StringGet(Key).ShouldBe(after);
    }

    [Fact]
    public void A_usual_call_is_told_that_the_server_has_forgotten_the_earlier_ones()
    {
        Fill(sequence: 1, amount: 50);
        _database.KeyDelete($"{_stem}:o");

        Run(Usual(2))[0].ShouldBe(8);
        Run(Usual(3))[0].ShouldBe(5);
    }

    [Fact]
    public void A_usual_call_that_is_refused_hears_until_when_and_by_what_and_writes_nothing()
    {
        Refusals.AreTold(_database, _stem);
    }

    [Fact]
    public void Receipts_of_a_usual_call_are_told_from_the_last_limit_to_the_first_whichever_way_it_is_decided()
    {
        const int limits = 6;
        var first = Run(Usual(1, limits, cost: 50));
        var second = Run(Usual(2, limits));

        // A key that is not there is not decided by its heads.
        first[..3].ShouldBe([8, first[1], 1]);
        second[..3].ShouldBe([5, second[1], 2]);
        for (var id = 1; id <= limits; id++)
        {
            first[2 + limits + 1 - id].ShouldBe(first[1] + (50 * id * Hour / 100));
            second[2 + limits + 1 - id].ShouldBe(first[1] + (51 * id * Hour / 100));
        }

        Record(() => Run(Usual(3, limits + 1))).ShouldNotBeNull().Message.ShouldContain("RLHPROTOCOL");
    }

    [Fact]
    [Fault("R07")]
    public void R07_a_call_that_arrives_after_a_later_one_is_not_carried_out()
    {
        Ask(sequence: 5, Bucket(10));

        Ask(sequence: 4, Bucket(10))[0].ShouldBe(2);
        Left(Bucket(10), 10).ShouldBe(9);
    }

    [Fact]
    [Fault("R11")]
    public void R11_every_key_has_a_time_to_live()
    {
        Ask(sequence: 1, [.. Bucket(10), .. Sliding(2, 10), .. Leases(3, 10)], limits: 3);

        var keys = _connection.GetServer(_server.Address).Keys(pattern: $"{_stem}*").ToArray();
        keys.Length.ShouldBe(2);
        keys.ShouldAllBe(key => _database.KeyTimeToLive(key) != null);
    }

    [Fact]
    [Fault("R20")]
    public void R20_whatever_is_wrong_with_a_message_nothing_is_written()
    {
        Ask(sequence: 1, Bucket(10));
        var before = _database.StringGet(Key);
        Holds.For(
            from good in Gen.Elements(Message(2, Bucket(10), 1, isRetry: false).ToBytes(), Usual(2))
            from cut in Gen.Choose(0, good.Length - 1)
            from noise in Gen.Choose(0, 255).ArrayOf()
            where cut + noise.Length != good.Length
            select (byte[])[.. good[..cut], .. noise.Select(static number => (byte)number)],
            message =>
            {
                var answer = Array.Empty<long>();
                if (Record(() => answer = Run(message)) is null)
                {
                    // Noise may happen to say that nothing is asked.
                    answer.Length.ShouldBe(3, $"{Convert.ToHexString(message)} was answered {string.Join(' ', answer)}");
                }

                _database.StringGet(Key).ShouldBe(before);
            },
            share: 4);
    }

    [Theory]
    [Fault("R21")]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("RLH1................................")]
    [InlineData("RLH2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("RLH2short")]
    [InlineData("RLH2................................................................")]
    public void R21_what_is_not_ours_is_refused_and_left(string foreign)
    {
        _database.StringSet(Key, foreign);

        var failure = Record(() => Ask(sequence: 1, Bucket(10)));

        if (foreign.EndsWith('\0'))
        {
            // Ours, and empty.
            failure.ShouldBeNull();
            return;
        }

        failure.ShouldNotBeNull().Message.ShouldContain("RLHSCHEMA");
        ((string?)_database.StringGet(Key)).ShouldBe(foreign);
    }

    [Fact]
    [Fault("R21")]
    public void R21_a_key_of_another_kind_is_refused_and_left()
    {
        _database.ListRightPush(Key, "theirs");

        Record(() => Ask(sequence: 1, Bucket(10))).ShouldNotBeNull().Message.ShouldContain("WRONGTYPE");
        _database.ListLength(Key).ShouldBe(1);
    }

    [Theory]
    [Fault("R22")]
    [InlineData(1, 600_000_000)]
    [InlineData(1, 31L * 24 * Hour)]
    [InlineData(1_000_000_000_000, 600_000_000)]
    [InlineData(1_000_000_000_000, 31L * 24 * Hour)]
    [InlineData(999_999_999_989, (31L * 24 * Hour) - 7)]
    public void R22_the_largest_and_smallest_limits_are_counted_exactly(long quota, long window)
    {
        var bucket = new BucketTerms(1, quota, window, quota);
        var message = new MessageWriter();
        bucket.Write(message, guard: 0, serverNow: 0);
        var all = bucket.TimeOf(quota, 0);

        Ask(1, Numbers(message), cost: quota, all)[3].ShouldBe(1);
        var refused = Ask(2, Numbers(message), cost: quota, all);

        refused[3].ShouldBe(0);
        refused[4].ShouldBeInRange(1, window);
    }

    [Fact]
    [Fault("R23")]
    public void R23_ten_thousand_requests_leave_the_state_as_small_as_a_hundred()
    {
        for (var i = 1; i <= 100; i++)
        {
            Ask(i, Sliding(1, 1_000_000_000));
        }

        for (var i = 101; i <= 10_000; i++)
        {
            Ask(i, Sliding(1, 1_000_000_000));
        }

        // Two logs of sixty-four entries of sixteen bytes, and what stands before them.
        _database.StringLength(Key).ShouldBeLessThanOrEqualTo(28 + 184 + (63 * 16));
    }

    [Fact]
    [Fault("R25")]
    public void R25_a_user_with_the_documented_rights_may_do_all_of_it_and_nothing_else()
    {
        _database.Execute("ACL", "SETUSER", "limits", "on", ">secret", "~rl:*", $"~{_stem}*", "&*", "-@all", "+evalsha", "+eval", "+script|load", "+get", "+set", "+getrange", "+setrange", "+time", "+pttl", "+publish", "+subscribe", "+ping", "+echo", "+client", "+info", "+select");
        var options = _server.Options;
        options.Password = null;
        using var restricted = ConnectionMultiplexer.Connect(_server.Options);
        restricted.GetDatabase().Execute("AUTH", "limits", "secret");

        var answer = (byte[])restricted.GetDatabase().ScriptEvaluate(ExchangeScript.Current.Text, [$"{_stem}:o", Key], [Message(1, Bucket(10), 1, isRetry: false).ToBytes(), "c"])!;

        new MessageReader(answer).Next().ShouldBe(4);
        Should.Throw<RedisServerException>(() => restricted.GetDatabase().Execute("FLUSHALL")).Message.ShouldContain("NOPERM");
    }

    [Fact]
    public void A_question_is_granted_more_than_it_needs_only_as_far_as_others_leave_room()
    {
        // A hundred are there: one is needed, of the ninety-nine left a quarter may be had besides.
        var answer = Run(Message(1, Sliding(1, 100), 1, isRetry: false, more: 1_000, part: 4).ToBytes());

        answer[3].ShouldBe(1);
        answer[4].ShouldBe(1 + (99 / 4));
        Left(Sliding(1, 100), 100).ShouldBe(100 - answer[4]);
    }

    [Fact]
    public void A_refusal_takes_nothing_and_writes_nothing()
    {
        Ask(1, [.. Bucket(10), .. Sliding(2, 1)], limits: 2);
        var before = _database.StringGet(Key);

        Ask(2, [.. Bucket(10), .. Sliding(2, 1)], limits: 2)[3].ShouldBe(0);

        _database.StringGet(Key).ShouldBe(before);
    }

    private RedisKey Key => $"{_stem}:s";

    private static long[] Bucket(long quota) => Terms(new BucketTerms(1, quota, Hour, quota));

    private static long[] Sliding(long id, long quota) => Terms(new SlidingTerms(id, quota, Hour));

    private static long[] Leases(long id, long quota) => Terms(new LeaseTerms(id, quota, 30_000_000));

    private static long[] Terms(LimitTerms terms)
    {
        var message = new MessageWriter();
        terms.Write(message, guard: 0, serverNow: 0);
        return Numbers(message);
    }

    private static long[] Numbers(MessageWriter message)
    {
        var bytes = message.ToBytes();
        var reader = new MessageReader(bytes);
        var numbers = new long[bytes.Length / sizeof(double)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = reader.Next();
        }

        return numbers;
    }

    private static Exception? Record(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception failure) when (failure is RedisServerException or InvalidDataException)
        {
            return failure;
        }
    }

    private static MessageWriter Message(long sequence, long[] terms, int limits, bool isRetry, long more = 0, int part = 1, long cost = 1, (long Whole, long Parts)? time = null)
    {
        var message = new MessageWriter();
        message.Add(2, 7, sequence, isRetry ? 1 : 0, 0, 1, limits);
        message.Add(terms);
        message.Add(0, 1, limits);
        for (var i = 1; i <= limits; i++)
        {
            // A bucket's cost is its time; ten an hour, or whatever the caller says.
            var (whole, parts) = time ?? (Hour / 10, 0);
            message.Add(i, cost, whole, parts, more, part);
        }

        return message;
    }

    /// <summary>A question about a bucket of a hundred an hour, or several, in the usual form.</summary>
    private static byte[] Usual(long sequence, int limits = 1, long cost = 1)
    {
        var message = new MessageWriter();
        message.Add(3, sequence, UsualHeads + ((limits - 1) * 80));
        for (var id = 1; id <= limits; id++)
        {
            new BucketTerms(id, 100, id * Hour, 100).WriteUsual(message, cost, guard: 0);
        }

        return message.ToBytes();
    }

    /// <summary>Takes so much of that bucket: its key lives long enough for one more.</summary>
    private void Fill(long sequence, long amount) => Ask(sequence, Bucket(100), amount, (amount * Hour / 100, 0))[3].ShouldBe(1);

    private long[] Ask(long sequence, long[] terms, bool isRetry = false, int limits = 1) => Run(Message(sequence, terms, limits, isRetry).ToBytes());

    private long[] Ask(long sequence, long[] terms, long cost, (long Whole, long Parts) time) =>
        Run(Message(sequence, terms, 1, isRetry: false, cost: cost, time: time).ToBytes());

    /// <summary>How much of a quota can still be had.</summary>
    private long Left(long[] terms, long most)
    {
        var left = 0;
        while (left < most && Run(Message(1_000 + left, terms, 1, isRetry: false).ToBytes())[3] == 1)
        {
            left++;
        }

        return left;
    }

    private static bool IsUsual(byte[] message) => message.Length >= sizeof(double) && BitConverter.ToDouble(message) == 3;

    private long[] Run(byte[] message)
    {
        var answer = (byte[])_database.ScriptEvaluate(ExchangeScript.Current.Text, [$"{_stem}:o", Key], IsUsual(message) ? [message] : [message, "c"])!;
        var reader = new MessageReader(answer);
        var numbers = new long[answer.Length / sizeof(double)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = reader.Next();
        }

        return numbers;
    }
}
