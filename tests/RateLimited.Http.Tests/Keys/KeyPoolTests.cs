using RateLimited.Http.Keys;

namespace RateLimited.Http.Tests.Keys;

/// <summary>Keys come, go and are replaced; what is known of those that stay is kept.</summary>
public sealed class KeyPoolTests
{
    private const string Chat = "POST /chat";

    private static readonly long Minute = TimeSpan.TicksPerMinute;

    [Fact]
    public void Keys_without_a_name_are_numbered_and_keep_their_number_wherever_they_stand()
    {
        var pool = Pool(Spec("a"), Spec("b"), Spec("c"));
        Names(pool).ShouldBe(["key-1", "key-2", "key-3"]);

        pool.Replace([Spec("c"), Spec("a")]);
        Names(pool).ShouldBe(["key-3", "key-1"]);

        pool.Replace([Spec("c"), Spec("a"), Spec("d")]);
        Names(pool).ShouldBe(["key-3", "key-1", "key-2"]);
    }

    [Fact]
    public void A_newcomer_does_not_take_the_number_of_one_that_goes_just_then()
    {
        var pool = Pool(Spec("a"), Spec("b"));

        pool.Replace([Spec("a"), Spec("x")]);

        Names(pool).ShouldBe(["key-1", "key-3"]);
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, "org", false)]
    [InlineData(false, null, false)]
    public void Another_text_has_another_quota_where_quotas_are_known_by_texts(bool isQuotaOfText, string? group, bool isAnother)
    {
        var pool = new KeyPool(new Random(1)) { IsQuotaOfText = isQuotaOfText };
        pool.Replace([Spec("a", "one") with { Group = group }]);
        pool.Keys[0].Quota.Limit(now: 0, Minute);

        pool.Replace([Spec("b", "one") with { Group = group }]);

        pool.Keys[0].Quota.IsLimited(1).ShouldBe(!isAnother);
    }

    [Fact]
    public void Numbers_leave_out_names_that_were_given()
    {
        Names(Pool(Spec("a"), Spec("b", "key-1"), Spec("c"))).ShouldBe(["key-2", "key-1", "key-3"]);
    }

    [Fact]
    public void What_is_known_of_a_key_that_stays_is_kept()
    {
        var pool = Pool(Spec("a"), Spec("b"));
        pool.Keys[1].Quota.Limit(0, Minute);

        pool.Replace([Spec("b"), Spec("c")]);

        pool.Keys[0].StateAt(1).ShouldBe(KeyState.RateLimited);
        pool.Keys[1].StateAt(1).ShouldBe(KeyState.Active);
    }

    [Fact]
    public void A_text_that_is_replaced_under_its_name_is_trusted_anew_but_its_quota_is_the_same()
    {
        var pool = Pool(Spec("a", "main"), Spec("b", "other"));
        var main = pool.Keys[0];
        main.Quota.Limit(0, Minute);
        KeyPool.Accepted(pool.Keys[1], Chat, now: 5, sentAt: 5);
        pool.Refused(main, Chat, now: 1, sentAt: 1);
        KeyPool.Accepted(pool.Keys[1], Chat, now: 5, sentAt: 5);
        pool.Refused(main, Chat, now: 10, sentAt: 10);
        main.StateAt(11).ShouldBe(KeyState.Disabled);
        main.OpensAt(11).ShouldBe(long.MaxValue);

        pool.Replace([Spec("a2", "main"), Spec("b", "other")]);

        pool.Keys[0].ShouldBeSameAs(main);
        main.Secret.Reveal().ShouldBe("secret-a2");
        main.StateAt(11).ShouldBe(KeyState.RateLimited);
    }

    [Fact]
    public void What_answers_to_a_text_that_was_replaced_meanwhile_is_not_held_against_the_new_one()
    {
        var pool = Pool(Spec("old", "main"), Spec("b", "other"));
        Disable(pool, 0);

        pool.Replace([Spec("new", "main"), Spec("b", "other")], now: 100);
        pool.Refused(pool.Keys[0], Chat, now: 110, sentAt: 99);
        KeyPool.Accepted(pool.Keys[0], Chat, now: 111, sentAt: 98);

        pool.Keys[0].StateAt(120).ShouldBe(KeyState.Active);
        pool.Keys[0].Trust.AcceptedAt(Chat).ShouldBe(-1);
        pool.Refused(pool.Keys[0], Chat, now: 130, sentAt: 121);
        pool.Keys[0].StateAt(130).ShouldBe(KeyState.Error);
    }

    [Fact]
    public void Whether_a_bill_is_paid_is_found_out_at_once_when_the_text_is_replaced()
    {
        var pool = Pool(Spec("poor", "main"), Spec("b", "other"));
        for (var i = 0; i < 5; i++)
        {
            pool.Keys[0].Quota.Exhaust(now: pool.Keys[0].OpensAt(0), sentAt: pool.Keys[0].OpensAt(0), wait: 0, isCertain: false);
        }

        var now = Minute;
        pool.Keys[0].OpensAt(now).ShouldBeGreaterThan(now);
        pool.Replace([Spec("poor", "main"), Spec("b", "other")], now);
        pool.Keys[0].OpensAt(now).ShouldBeGreaterThan(now, "nothing has changed");

        pool.Replace([Spec("rich", "main"), Spec("b", "other")], now);

        pool.Keys[0].OpensAt(now).ShouldBeLessThanOrEqualTo(now);
        pool.Keys[0].StateAt(now).ShouldBe(KeyState.Exhausted, "nobody knows yet");
        pool.Went(pool.Keys[0], Chat, now);
        pool.Keys[0].OpensAt(now).ShouldBe(now + Minute, "others wait for what the first finds");
    }

    [Fact]
    public void A_quota_that_returns_at_a_known_hour_returns_then_whatever_the_text()
    {
        var pool = Pool(Spec("a", "main"));
        pool.Keys[0].Quota.Exhaust(0, 0, 60 * Minute, isCertain: true);

        pool.Replace([Spec("a2", "main")], now: 5);

        pool.Keys[0].OpensAt(5).ShouldBe(60 * Minute);
    }

    [Fact]
    public void A_disabled_key_without_a_name_comes_back_only_as_another()
    {
        var pool = Pool(Spec("a"), Spec("b"));
        Disable(pool, 0);

        pool.Replace([Spec("a"), Spec("b"), Spec("c")]);
        pool.Keys[0].StateAt(0).ShouldBe(KeyState.Disabled);

        pool.Replace([Spec("b"), Spec("c")]);
        pool.Replace([Spec("b"), Spec("c"), Spec("a")]);
        pool.Keys[2].StateAt(0).ShouldBe(KeyState.Active);
    }

    [Fact]
    public void When_only_disabled_keys_are_left_they_are_tried_again()
    {
        var pool = Pool(Spec("a"), Spec("b"));
        Disable(pool, 0);

        pool.Replace([Spec("a")]);

        pool.Keys[0].StateAt(0).ShouldBe(KeyState.Error);
        KeyPool.OpeningOf(pool.Keys[0], Chat, now: 50).TriedAt.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Keys_of_one_group_rest_together_and_are_trusted_each_for_itself()
    {
        var pool = Pool(Spec("a", group: "org"), Spec("b", group: "org"), Spec("c"));

        pool.Keys[0].Quota.Exhaust(0, 0, Minute, isCertain: true);
        pool.Refused(pool.Keys[0], Chat, 0, 0);

        pool.Keys[1].StateAt(1).ShouldBe(KeyState.Exhausted);
        pool.Keys[2].StateAt(1).ShouldBe(KeyState.Active);
        pool.Keys[1].StateAt(Minute).ShouldBe(KeyState.Active);
        pool.Keys[0].StateAt(Minute).ShouldBe(KeyState.Error);
    }

    [Fact]
    public void Who_leaves_a_group_draws_on_a_quota_of_its_own_and_who_joins_one_on_that()
    {
        var pool = Pool(Spec("a", group: "one"), Spec("b", group: "one"), Spec("c", group: "two"));
        pool.Keys[0].Quota.Limit(0, Minute);

        pool.Replace([Spec("a"), Spec("b", group: "one"), Spec("c", group: "one"), Spec("d", group: "two")]);

        States(pool, at: 1).ShouldBe([KeyState.Active, KeyState.RateLimited, KeyState.RateLimited, KeyState.Active]);
        pool.Replace([Spec("a"), Spec("b", group: "new"), Spec("c", group: "new"), Spec("d", group: "new")]);
        pool.Keys[1].Quota.ShouldBeSameAs(pool.Keys[3].Quota);
        pool.Keys[1].Quota.ShouldNotBeSameAs(pool.Keys[0].Quota);
    }

    [Fact]
    public void A_change_is_told_once()
    {
        var pool = Pool(Spec("a"), Spec("b"));
        pool.Changes(0).ShouldBeEmpty();

        pool.Keys[0].Quota.Limit(0, Minute);

        pool.Changes(1).ShouldBe([("key-1", KeyState.RateLimited)]);
        pool.Changes(2).ShouldBeEmpty();
        pool.Changes(Minute).ShouldBe([("key-1", KeyState.Active)]);
    }

    [Theory]
    [InlineData("rested", new long[] { 0, 0 }, new long[] { 0, 0 }, new long[] { 10, 10 })]
    [InlineData("one in doubt waits", new long[] { 0, 0 }, new long[] { 30, 0 }, new long[] { 30, 10 })]
    [InlineData("one in doubt waits for one that rests", new long[] { 0, 20 }, new long[] { 30, 0 }, new long[] { 30, 20 })]
    [InlineData("its time has come", new long[] { 0, 20 }, new long[] { 10, 0 }, new long[] { 10, 20 })]
    [InlineData("all in doubt wait for no doubt", new long[] { 0, 20 }, new long[] { 30, 40 }, new long[] { 10, 20 })]
    [InlineData("nor for a key that must be replaced", new long[] { 0, long.MaxValue }, new long[] { 30, 0 }, new long[] { 10, long.MaxValue })]
    public void Keys_in_doubt_wait_as_long_as_there_is_another(string what, long[] restedAt, long[] triedAt, long[] expected)
    {
        var instants = new long[2];

        KeyOpening.Settle([new KeyOpening(Math.Max(restedAt[0], 10), triedAt[0]), new KeyOpening(Math.Max(restedAt[1], 10), triedAt[1])], now: 10, instants);

        instants.ShouldBe(expected, what);
    }

    private static void Disable(KeyPool pool, int index)
    {
        pool.Refused(pool.Keys[index], Chat, now: 1, sentAt: 1);
        KeyPool.Accepted(pool.Keys[1 - index], Chat, now: 2, sentAt: 2);
        pool.Refused(pool.Keys[index], Chat, now: 3, sentAt: 3);
        pool.Keys[index].StateAt(3).ShouldBe(KeyState.Disabled);
    }

    private static KeyPool Pool(params KeySpec[] specs)
    {
        var pool = new KeyPool(new Random(1));
        pool.Replace(specs);
        return pool;
    }

    private static KeySpec Spec(string secret, string? name = null, string? group = null) => new(name, ApiKey.Create($"secret-{secret}"), Weight: 1, group, Origin: null);

    private static IEnumerable<string> Names(KeyPool pool) => pool.Keys.Select(static key => key.Name);

    private static IEnumerable<KeyState> States(KeyPool pool, long at) => pool.Keys.Select(key => key.StateAt(at));
}
