using RateLimited.Http.Simulation.Tests.Fleets;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests;

/// <summary>A world is its seed's and nobody else's.</summary>
public sealed class ReplayTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_same_seed_is_the_same_world_event_by_event(int seed)
    {
        var (first, again) = (Run(seed), Run(seed));

        again.All.ShouldBe(first.All);
        again.Hash.ShouldBe(first.Hash);
        first.Count.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Other_seeds_are_other_worlds() => Enumerable.Range(1, 25).Select(static seed => Run(seed).Hash).Distinct().Count().ShouldBe(25);

    [Fact]
    public async Task It_does_not_matter_how_many_run_beside_it_nor_on_which_thread()
    {
        var alone = Enumerable.Range(1, 8).Select(static seed => Run(seed).Hash).ToArray();
        var beside = await Task.WhenAll(Enumerable.Range(1, 8).Select(static seed => Task.Run(() => Run(seed).Hash)));

        beside.ShouldBe(alone);
    }

    [Fact]
    public void Every_fault_is_on_in_some_world_and_off_in_another()
    {
        var plans = Enumerable.Range(1, 200).Select(static seed => SwarmPlan.Draw(new Random(seed))).ToArray();

        Enum.GetValues<Faults>().Where(static fault => fault != Faults.None).ShouldAllBe(fault => plans.Any(plan => plan.Has(fault)) && plans.Any(plan => !plan.Has(fault)));
        plans.ShouldContain(static plan => plan.Faults == Faults.None);
    }

    [Fact]
    public void In_every_fifth_world_and_every_fifth_fleet_there_are_keys_and_all_that_can_go_wrong_with_them_does_in_some()
    {
        var plans = Enumerable.Range(1, 500).Select(static seed =>
        {
            using var world = new World(seed);
            return world.Plan;
        }).ToArray();
        var events = string.Join('\n', Enumerable.Range(1, 30).SelectMany(static i => Run(i * 5).All!));

        plans.Index().ShouldAllBe(static plan => plan.Item.HasPools == ((plan.Index + 1) % 5 == 0 || (plan.Index + 1) % 50 == 14));
        Enum.GetValues<KeyFaults>().Where(static fault => fault != KeyFaults.None).ShouldAllBe(fault => plans.Any(plan => plan.Has(fault)) && plans.Any(plan => plan.HasPools && !plan.Has(fault)));
        plans.ShouldContain(static plan => plan.HasPools && plan.KeyFaults == KeyFaults.None);
        foreach (var happens in (string[])["goes on without k", ": RefusedKey", ": Exhausted", ": Limited", "is refused: NoKeyAvailable"])
        {
            events.ShouldContain(happens);
        }
    }

    [Fact]
    public void Every_tenth_world_is_a_fleet_and_all_that_can_go_wrong_with_its_Redis_does_in_some()
    {
        var plans = Enumerable.Range(1, 500).Select(static seed =>
        {
            using var world = new World(seed);
            return world.Fleet?.Plan;
        }).ToArray();
        var fleets = plans.OfType<FleetPlan>().ToArray();
        var events = string.Join('\n', Enumerable.Range(0, 25).SelectMany(static i => Run(4 + (i * 10)).All!));

        plans.Index().ShouldAllBe(static plan => plan.Item != null == ((plan.Index + 1) % 10 == 4));
        Enum.GetValues<FleetFaults>().Where(static fault => fault != FleetFaults.None).ShouldAllBe(fault => fleets.Any(plan => plan.Has(fault)) && fleets.Any(plan => !plan.Has(fault)));
        foreach (var happens in (string[])["is not answered once more", "finds itself forgotten", "is what the replica was", "has lost everything", "redis' clock jumps by -", "redis answers READONLY", "is cut off", " joins, "])
        {
            events.ShouldContain(happens);
        }
    }

    private static Trace Run(int seed)
    {
        var trace = new Trace { All = [] };
        using var world = new World(seed, mutant: null, trace);
        world.Run();
        return trace;
    }
}
