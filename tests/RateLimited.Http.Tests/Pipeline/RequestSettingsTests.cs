namespace RateLimited.Http.Tests.Pipeline;

public sealed class RequestSettingsTests
{
    [Fact]
    public void Whoever_says_nothing_has_no_settings()
    {
        new HttpRequestMessage().RateLimiting().ShouldBeNull();
        new HttpRequestMessage().WithTenant("acme");
        new HttpRequestMessage().RateLimiting().ShouldBeNull();
    }

    [Fact]
    public void A_message_keeps_all_that_is_said_of_it()
    {
        var request = new HttpRequestMessage();

        request.WithPriority(RequestPriority.High).WithTenant("acme").WithEndpoint("GET /a").WithPartition("shop").WithCost("tokens", 10).WithCost("usd", 3)
            .WithCost("tokens", 20).WithQueueTimeout(TimeSpan.FromSeconds(1)).WithoutRateLimiting().ShouldBeSameAs(request);

        var said = request.RateLimiting()!;
        (said.Priority, said.Tenant, said.Endpoint, said.Partition).ShouldBe((RequestPriority.High, "acme", "GET /a", "shop"));
        (said.QueueTimeout, said.Bypass).ShouldBe((TimeSpan.FromSeconds(1), true));
        said.Costs!.OrderBy(cost => cost.Unit, StringComparer.Ordinal).ShouldBe([new UnitCost("tokens", 20), new UnitCost("usd", 3)]);
    }

    [Fact]
    public void The_message_wins_over_the_scope_and_the_inner_scope_over_the_outer_each_setting_for_itself()
    {
        using var outer = RateLimitScope.Begin(new RequestSettings { Tenant = "outer", Partition = "outer", Priority = RequestPriority.Low, Costs = [new("a", 1), new("b", 1)] });
        using (RateLimitScope.Begin(new RequestSettings { Tenant = "inner", Bypass = true, Costs = [new("b", 2)] }))
        {
            var said = new HttpRequestMessage().WithPriority(RequestPriority.High).WithCost("c", 3).RateLimiting()!;

            (said.Tenant, said.Partition, said.Priority, said.Bypass).ShouldBe(("inner", "outer", RequestPriority.High, true));
            said.Costs!.OrderBy(cost => cost.Unit, StringComparer.Ordinal).ShouldBe([new("a", 1), new("b", 2), new("c", 3)]);
        }

        RateLimitScope.Current!.Tenant.ShouldBe("outer");
        RateLimitScope.Current.Bypass.ShouldBeNull();
    }

    [Fact]
    public async Task A_scope_flows_into_tasks_and_back_out_of_nothing()
    {
        using (RateLimitScope.Begin(new RequestSettings { Tenant = "acme" }))
        {
            await Task.Yield();
            RateLimitScope.Current!.Tenant.ShouldBe("acme");
            await Task.Run(
                () =>
                {
                    RateLimitScope.Current!.Tenant.ShouldBe("acme");
                    RateLimitScope.Begin(new RequestSettings { Tenant = "inside" });
                },
                TestContext.Current.CancellationToken);
            RateLimitScope.Current!.Tenant.ShouldBe("acme");
        }

        RateLimitScope.Current.ShouldBeNull();
    }

    [Fact]
    public void Scopes_may_end_in_any_order_and_twice()
    {
        var outer = RateLimitScope.Begin(new RequestSettings { Tenant = "outer" });
        var inner = RateLimitScope.Begin(new RequestSettings { Tenant = "inner" });

        outer.Dispose();
        RateLimitScope.Current!.Tenant.ShouldBe("inner");
        inner.Dispose();
        RateLimitScope.Current.ShouldBeNull();
        inner.Dispose();
        outer.Dispose();
        RateLimitScope.Current.ShouldBeNull();
    }

    [Fact]
    public void A_list_of_costs_is_copied()
    {
        var costs = new List<UnitCost> { new("tokens", 1) };
        var settings = new RequestSettings { Costs = costs };

        costs[0] = new UnitCost("tokens", -1);

        settings.Costs.ShouldBe([new UnitCost("tokens", 1)]);
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        var request = new HttpRequestMessage();

        Should.Throw<ArgumentException>(() => request.WithTenant(" "));
        Should.Throw<ArgumentException>(() => request.WithEndpoint(string.Empty));
        Should.Throw<ArgumentException>(() => request.WithPartition(null!));
        Should.Throw<ArgumentException>(() => request.WithCost(string.Empty, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => request.WithCost("tokens", -1));
        Should.Throw<ArgumentOutOfRangeException>(() => request.WithPriority((RequestPriority)3));
        Should.Throw<ArgumentOutOfRangeException>(() => request.WithQueueTimeout(TimeSpan.FromTicks(-1)));
        Should.Throw<ArgumentOutOfRangeException>(() => request.WithQueueTimeout(TimeSpan.MaxValue));
        Should.Throw<ArgumentException>(() => new RequestSettings { Costs = [new("tokens", 1), new("tokens", 2)] }).Message.ShouldContain("tokens");
        Should.Throw<ArgumentException>(() => new RequestSettings { Costs = [default] });
        Should.Throw<ArgumentNullException>(() => RateLimitScope.Begin(null!));
        Should.Throw<ArgumentNullException>(() => ((HttpRequestMessage)null!).WithoutRateLimiting());
        request.RateLimiting().ShouldBeNull();
    }
}
