using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Tests.Batching;

/// <summary>What is said of requests holds for all items of a batch, or these go apart.</summary>
public sealed class LaneKeyTests
{
    private static readonly RequestSettings Everything = new()
    {
        Priority = RequestPriority.High,
        Tenant = "t",
        Endpoint = "e",
        Partition = "p",
        Costs = [new UnitCost("u", 1)],
        QueueTimeout = TimeSpan.FromSeconds(1),
        Bypass = true,
        Repeatable = true,
        Settlement = new CostSettlement(),
    };

    [Fact]
    public void All_that_can_be_said_of_a_request_is_in_the_key()
    {
        var key = LaneKey.Of("own", Everything);

        foreach (var property in typeof(RequestSettings).GetProperties())
        {
            var said = property.GetValue(Everything).ShouldNotBeNull($"{property.Name} is new: say it here");
            typeof(LaneKey).GetProperty(property.Name).ShouldNotBeNull($"{property.Name} is new: add it to the key").GetValue(key).ShouldBe(said);
        }
    }

    [Fact]
    public void Equal_settings_are_one_lane_and_nothing_said_is_nothing_said()
    {
        LaneKey.Of("own", Everything).ShouldBe(LaneKey.Of("own", Everything));
        LaneKey.Of("own", new RequestSettings { Tenant = "a" }).ShouldBe(LaneKey.Of("own", new RequestSettings { Tenant = "a" }));
        LaneKey.Of(own: null, settings: null).ShouldBe(LaneKey.Of(own: null, new RequestSettings()));
        LaneKey.Of("own", settings: null).ShouldNotBe(LaneKey.Of("other", settings: null));
    }
}
