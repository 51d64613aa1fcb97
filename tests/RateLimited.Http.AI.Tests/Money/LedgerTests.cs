using RateLimited.Http.Admission;
using RateLimited.Http.AI.Money;
using RateLimited.Http.AI.Tokens;
using RateLimited.Http.AI.Usage;
using RateLimited.Http.Limits;
using RateLimited.Http.Testing;

namespace RateLimited.Http.AI.Tests.Money;

/// <summary>What is spent is added up exactly, by whom and on what, and projected to the end of its period.</summary>
public sealed class LedgerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_is_added_up_by_model_tenant_and_key()
    {
        var ledger = new Ledger(Noon);
        ledger.Add(Entry("gpt-4o", 1.5m, "acme", "key one"), Noon);
        ledger.Add(Entry("gpt-4o", 0.5m, null, "key two"), Noon.AddHours(1));
        ledger.Add(Entry("o3", 3, "acme", null), Noon.AddHours(2));
        ledger.Add(new SpendEntry("unknown", Price: null, new TokenUsage(10, 0, 0, 5, null), 0, "acme", null), Noon.AddHours(3));

        var spend = ledger.Status("openai", Noon.AddHours(3), new Calibrations(), 1.2, []);

        (spend.Service, spend.Total, spend.Today, spend.ThisMonth, spend.UnpricedRequests).ShouldBe(("openai", 5, 5, 5, 1));
        spend.Models.Select(static model => (model.Model, model.Requests, model.InputTokens, model.CachedTokens, model.OutputTokens, model.Usd))
            .ShouldBe([("o3", 1, 100, 20, 10, 3m), ("gpt-4o", 2, 200, 40, 20, 2m), ("unknown", 1, 10, 0, 5, null)]);
        spend.Tenants.ShouldBe([new("acme", 4.5m), new(string.Empty, 0.5m)]);
        spend.Keys.ShouldBe([new("key one", 1.5m), new("key two", 0.5m)]);
    }

    [Fact]
    public void Days_and_months_begin_anew_and_are_projected()
    {
        var ledger = new Ledger(Noon);
        ledger.Add(Entry("m", 6), Noon.AddHours(6));
        var evening = ledger.Status("a", Noon.AddHours(6), new Calibrations(), 1.2, []);
        evening.Today.ShouldBe(6);

        // Six dollars in six hours that were seen, and six more are left of the day.
        evening.TodayProjected.ShouldBe(12);
        evening.ThisMonthProjected.ShouldBeNull();

        ledger.Add(Entry("m", 1), Noon.AddDays(1));
        var next = ledger.Status("a", Noon.AddDays(1), new Calibrations(), 1.2, []);
        (next.Today, next.TodayProjected, next.ThisMonth, next.Total).ShouldBe((1, 2, 7, 7));
        next.ThisMonthProjected!.Value.ShouldBe(7 + (7 * 20.5m), 0.001m);

        var april = ledger.Status("a", new DateTimeOffset(2026, 4, 2, 0, 0, 0, TimeSpan.Zero), new Calibrations(), 1.2, []);
        (april.Today, april.ThisMonth, april.Total, april.ThisMonthProjected).ShouldBe((0, 0, 7, 0));
    }

    [Fact]
    public void A_million_tiny_requests_are_charged_what_they_cost_together()
    {
        var ledger = new Ledger(Noon);
        const decimal Tiny = 0.0000002m;
        var charged = 0m;
        for (var i = 0; i < 100_000; i++)
        {
            charged += ledger.Add(Entry("text-embedding-3-small", Tiny), Noon).Value;
            charged.ShouldBeInRange(((i + 1) * Tiny) - 0.000001m, (i + 1) * Tiny);
        }

        charged.ShouldBe(0.02m);
    }

    [Fact]
    public void Names_that_somebody_makes_up_do_not_fill_the_memory()
    {
        var ledger = new Ledger(Noon);
        for (var i = 0; i < 20_000; i++)
        {
            ledger.Add(Entry($"model {i}", 1, $"tenant {i}", $"key {i}"), Noon);
        }

        var spend = ledger.Status("a", Noon, new Calibrations(), 1.2, []);
        spend.Models.Count.ShouldBe(257);
        spend.Tenants.Count.ShouldBe(10_001);
        spend.Keys.Count.ShouldBe(10_001);
        spend.Models.Sum(static model => model.Usd).ShouldBe(20_000);
        spend.Tenants.Sum(static tenant => tenant.Usd).ShouldBe(20_000);
    }

    [Fact]
    public void A_budget_warns_once_until_it_is_below_again_and_is_projected()
    {
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 3, 10, 0, 0, 0, TimeSpan.Zero));
        var budget = new BudgetMeter(new BudgetRule("budget", new FixedWindow(20_000_000, TimeSpan.TicksPerDay), WarnPercent: 80), new MonotonicClock(time));
        budget.Status().ShouldBe(new BudgetStatus("budget", 20, 0, null));

        time.Advance(TimeSpan.FromHours(6));
        budget.Add(8_000_000).ShouldBeFalse();
        budget.Status().ShouldBe(new BudgetStatus("budget", 20, 8, 32));
        budget.Add(8_000_000).ShouldBeTrue();
        budget.Add(8_000_000).ShouldBeFalse();
        budget.Status().Spent.ShouldBe(24);

        time.Advance(TimeSpan.FromHours(18));
        budget.Status().Spent.ShouldBe(0);
        budget.Add(17_000_000).ShouldBeTrue();
    }

    [Fact]
    public void A_budget_that_is_changed_keeps_what_it_has_counted()
    {
        var clock = new MonotonicClock(new ManualTimeProvider());
        var budget = new BudgetMeter(new BudgetRule("budget", new FixedWindow(20_000_000, TimeSpan.TicksPerDay), 80), clock);
        budget.Add(5_000_000);
        var changed = new BudgetMeter(new BudgetRule("budget", new FixedWindow(50_000_000, TimeSpan.TicksPerDay), 90), clock);

        changed.Adopt(budget);

        changed.Status().ShouldSatisfyAllConditions(static status => status.Spent.ShouldBe(5), static status => status.Quota.ShouldBe(50));
    }

    [Theory]
    [InlineData(10, 6, 6, 12, 20.0)]
    [InlineData(0, 6, 6, 12, 0.0)]
    [InlineData(10, 0, 12, 12, null)]
    [InlineData(10, 0.1, 11.9, 12, null)]
    [InlineData(10, 12, 0, 12, 10.0)]
    public void Of_a_period(double spent, double seen, double left, double length, double? projected) =>
        ((double?)Projection.Of((decimal)spent, TimeSpan.FromHours(seen), TimeSpan.FromHours(left), TimeSpan.FromHours(length))).ShouldBe(projected);

    private static SpendEntry Entry(string model, decimal usd, string? tenant = null, string? key = null) => new(model, model, new TokenUsage(100, 20, 0, 10, null), usd, tenant, key);
}
