using RateLimited.Http.Dashboard.Traffic;
using RateLimited.Http.Telemetry.Traffic;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Dashboard.Tests.Traffic;

/// <summary>Whose requests there were lately, in virtual time.</summary>
public sealed class TrafficBookTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly TrafficBook _book;

    public TrafficBookTests() => _book = new TrafficBook(_time);

    [Fact]
    public void Shares_are_of_what_went_and_what_was_refused_and_the_others_stand_together()
    {
        for (var i = 0; i < 20; i++)
        {
            Admit(i < 10 ? "acme" : $"tenant {i:00}", "GET /x");
        }

        Refuse("acme");
        Admit(tenant: null, endpoint: null);

        var tenants = Read().Tenants;
        tenants.Top.Count.ShouldBe(10);
        tenants.Top[0].ShouldBe(new ShareReading("acme", 10, 1, 11 / 22d));
        tenants.Top[1].ShouldBe(new ShareReading(null, 1, 0, 1 / 22d));
        tenants.Rest.ShouldBe(new ShareReading(null, 2, 0, 2 / 22d));
        Read().Endpoints.Top.Select(static each => (each.Name, each.Admitted, each.Refused)).ShouldBe([("GET /x", 20, 0), (null, 1, 1)]);
    }

    [Fact]
    public void What_is_older_than_two_spans_is_forgotten()
    {
        Admit("old", endpoint: null);
        Pass(TrafficBook.Span);
        var began = _time.GetUtcNow();
        Admit("new", endpoint: null);
        Read().Tenants.Top.Select(static each => each.Name).ShouldBe(["new", "old"]);

        Pass(TrafficBook.Span);

        Read().Tenants.Top.Select(static each => each.Name).ShouldBe(["new"]);
        Read().Tenants.Since.ShouldBe(began);
    }

    [Fact]
    public void The_last_refusals_are_kept_newest_first_with_what_they_say_of_themselves()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Refuse($"tenant {i}");
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        var refusals = Read().Refusals;
        refusals.Count.ShouldBe(TrafficCounts.RefusalsKept);
        refusals[0].ShouldBe(new TrafficRefusal { At = _time.GetUtcNow() - TimeSpan.FromMilliseconds(1), Reason = "queue_full", Limit = "5/s", Tenant = "tenant 999", Key = "key first", Priority = "high" });
        refusals.Select(static refusal => refusal.At).ShouldBe(refusals.Select(static refusal => refusal.At).OrderDescending());
    }

    [Fact]
    public void What_a_caller_takes_for_a_name_is_cut_before_it_is_kept()
    {
        Refuse(new string('x', 1_000_000));

        Read().Refusals.ShouldHaveSingleItem().Tenant!.Length.ShouldBe(TopShares.LongestName);
    }

    [Fact]
    public void A_service_that_is_not_configured_any_more_is_forgotten()
    {
        Admit("acme", endpoint: null);
        _book.Turn([]);

        Read().Tenants.Top.ShouldBeEmpty();
        Read().Tenants.Rest.ShouldBe(new ShareReading(null, 0, 0, 0));
    }

    [Fact]
    public void An_alias_is_the_same_for_the_same_tenant_and_another_in_another_process()
    {
        var alias = new TenantAlias();

        alias.Of("acme").ShouldBe(alias.Of("acme"));
        alias.Of("acme").ShouldNotBe(alias.Of("acme "));
        alias.Of("acme").ShouldNotBe(new TenantAlias().Of("acme"));
    }

    private void Admit(string? tenant, string? endpoint) => _book.Admitted(new AdmittedRequest { Service = "api", Tenant = tenant, Endpoint = endpoint });

    private void Refuse(string tenant) =>
        _book.Refused(new RefusedRequest { Service = "API", Reason = RejectionReason.QueueFull, Limit = "5/s", Tenant = tenant, Key = "key first", Priority = RequestPriority.High });

    private void Pass(TimeSpan time)
    {
        _time.Advance(time);
        _book.Turn(["api"]);
    }

    private TrafficReading Read() => TrafficReading.Of(_book.Read("api", names: 10, TrafficCounts.RefusalsKept), static tenant => tenant);
}
