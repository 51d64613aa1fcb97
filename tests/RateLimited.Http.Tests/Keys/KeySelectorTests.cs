using RateLimited.Http.Keys;

namespace RateLimited.Http.Tests.Keys;

/// <summary>Which key goes next, of those that have room.</summary>
public sealed class KeySelectorTests
{
    private const int Rounds = 4_000;

    [Theory]
    [InlineData(KeySelection.MostHeadroom, 2)]
    [InlineData(KeySelection.MostHeadroom, 4)]
    [InlineData(KeySelection.MostHeadroom, 16)]
    [InlineData(KeySelection.RoundRobin, 4)]
    [InlineData(KeySelection.LeastRecentlyUsed, 4)]
    [InlineData(KeySelection.Weighted, 4)]
    public void Equal_keys_are_used_equally_within_five_percent(KeySelection how, int count)
    {
        var uses = Used(Pool(how, count), Rounds, static _ => 1, tenant: null);

        uses.ShouldAllBe(each => Math.Abs(each - (Rounds / count)) <= Rounds / count / 20);
    }

    [Fact]
    public void Headroom_wins_however_often_a_key_was_used()
    {
        var pool = Pool(KeySelection.MostHeadroom, 2);

        Used(pool, 100, static i => i == 1 ? 0.9 : 0.1, tenant: null).ShouldBe([0, 100]);
    }

    [Fact]
    public void By_weight_keys_are_used_in_proportion_and_in_turn()
    {
        var pool = Pool(KeySelection.Weighted, 1, 2, 3);

        var uses = Used(pool, 600, static _ => 1, tenant: null);

        uses.ShouldBe([100, 200, 300]);
        Used(pool, 6, static _ => 1, tenant: null).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void A_key_that_was_out_does_not_make_up_for_it()
    {
        var pool = Pool(KeySelection.Weighted, 2);
        Used(pool, 100, static _ => 1, tenant: null, only: 0);

        Used(pool, 100, static _ => 1, tenant: null).ShouldBe([50, 50]);
    }

    [Fact]
    public void In_turn_the_one_behind_the_last_is_next()
    {
        var pool = Pool(KeySelection.RoundRobin, 3);
        Used(pool, 1, static _ => 1, tenant: null, only: 1);

        List<int> order = [];
        for (var i = 0; i < 4; i++)
        {
            order.Add(Array.IndexOf(Used(pool, 1, static _ => 1, tenant: null), 1));
        }

        order.ShouldBe([2, 0, 1, 2]);
    }

    [Fact]
    public void The_least_recently_used_is_the_one_that_was_left_out()
    {
        var pool = Pool(KeySelection.LeastRecentlyUsed, 3);
        Used(pool, 3, static _ => 1, tenant: null);
        Used(pool, 1, static _ => 1, tenant: null, only: 0);

        Used(pool, 1, static _ => 1, tenant: null).ShouldBe([0, 1, 0]);
    }

    [Fact]
    public void A_tenant_keeps_its_key_and_one_whose_key_is_out_moves_while_nobody_else_does()
    {
        var pool = Pool(KeySelection.StickyByTenant, 4);
        var tenants = Enumerable.Range(0, 200).Select(static i => $"tenant {i}").ToArray();
        var before = tenants.Select(tenant => KeyOf(pool, tenant)).ToArray();

        tenants.Select(tenant => KeyOf(pool, tenant)).ShouldBe(before);
        before.GroupBy(static key => key).ShouldAllBe(static group => group.Count() > 200 / 4 / 2);
        var without = tenants.Select(tenant => KeyOf(pool, tenant, without: 2)).ToArray();
        for (var i = 0; i < tenants.Length; i++)
        {
            without[i].ShouldNotBe(2);
            if (before[i] != 2)
            {
                without[i].ShouldBe(before[i]);
            }
        }
    }

    [Fact]
    public void Requests_without_a_tenant_stick_to_nothing() =>
        Used(Pool(KeySelection.StickyByTenant, 2), 100, static i => i == 1 ? 0.9 : 0.1, tenant: null).ShouldBe([0, 100]);

    private static KeyPool Pool(KeySelection how, int count) => Pool(how, [.. Enumerable.Repeat(1, count)]);

    private static KeyPool Pool(KeySelection how, params int[] weights)
    {
        var pool = new KeyPool(new Random(4711)) { Selection = how };
        pool.Replace([.. weights.Select(static (weight, i) => new KeySpec($"k{i}", ApiKey.Create($"secret-{i}"), weight, Group: null, Origin: null))]);
        return pool;
    }

    private static int KeyOf(KeyPool pool, string tenant, int without = -1)
    {
        PooledKey[] keys = [.. pool.Keys.Where((_, i) => i != without)];
        return keys[pool.Choose(keys, [.. keys.Select(static _ => 1.0)], tenant)].Index;
    }

    private static int[] Used(KeyPool pool, int rounds, Func<int, double> headroom, string? tenant, int? only = null)
    {
        var uses = new int[pool.Keys.Count];
        PooledKey[] keys = [.. pool.Keys.Where((_, i) => only is null || only == i)];
        for (var round = 0; round < rounds; round++)
        {
            var chosen = keys[pool.Choose(keys, [.. keys.Select(key => headroom(key.Index))], tenant)];
            pool.Went(chosen, string.Empty, round);
            uses[chosen.Index]++;
        }

        return uses;
    }
}
