using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Faults;
using static RateLimited.Http.Tests.Admission.AdmissionBed;
using static RateLimited.Http.Tests.Keys.KeyedBed;

namespace RateLimited.Http.Tests.Keys;

/// <summary>The key is chosen inside the decision that admits a request: all its limits and those of one key, or nothing.</summary>
public sealed class KeyAdmissionTests
{
    [Fact]
    public void Keys_add_up_and_each_keeps_to_its_own_limit()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(3)), new TestKey("b", PerMinute(5)));

        var gone = Enumerable.Range(0, 8).Select(_ => bed.Go().Key!.Chosen!.Name).ToArray();

        gone.Count(static key => key == "a").ShouldBe(3);
        gone.Count(static key => key == "b").ShouldBe(5);
        var refused = bed.Limiter.TryAcquire();
        refused.Reason.ShouldBe(RejectionReason.LimitReached);
        refused.RetryAfter.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Keys_of_one_group_do_not_add_up()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(3)) { Group = "org" }, new TestKey("b") { Group = "org" }, new TestKey("c", PerMinute(2)));

        var gone = Enumerable.Range(0, 5).Select(_ => bed.Go().Key!.Chosen!.Name).ToArray();

        gone.Count(static key => key == "c").ShouldBe(2);
        bed.Limiter.TryAcquire().IsAdmitted.ShouldBeFalse();
        bed.Limiter.GetStatus().Limits.Select(static limit => (limit.Partition, limit.Used, limit.Quota)).ShouldBe([("group org", 3, 3), ("key c", 2, 2)]);
    }

    [Fact]
    public void What_the_service_has_for_each_key_counts_by_key_and_what_it_has_for_all_counts_them_together()
    {
        using var bed = new KeyedBed(Define(PerKey(PerMinute(3)), PerMinute(5)), KeySelection.RoundRobin, new TestKey("a"), new TestKey("b"));

        var gone = Enumerable.Range(0, 5).Select(_ => bed.Go().Key!.Chosen!.Name).ToArray();

        gone.ShouldBe(["a", "b", "a", "b", "a"]);
        bed.Limiter.TryAcquire().Limit.ShouldBe("5 requests");
    }

    [Fact]
    public void A_refusal_by_the_common_limits_takes_nothing_from_a_key_and_one_by_the_keys_nothing_from_them()
    {
        using var bed = new KeyedBed(Define(PerMinute(1)), KeySelection.MostHeadroom, new TestKey("a", PerMinute(9)), new TestKey("b", PerMinute(9)));
        bed.Go();
        bed.Limiter.TryAcquire().IsAdmitted.ShouldBeFalse();
        bed.Limiter.GetStatus().Limits.Where(static limit => limit.Partition.StartsWith("key", StringComparison.Ordinal)).Sum(static limit => limit.Used).ShouldBe(1);

        using var other = new KeyedBed(Define(PerMinute(9)), KeySelection.MostHeadroom, new TestKey("a", PerMinute(1)), new TestKey("b", PerMinute(1)));
        other.Go();
        other.Go();
        other.Limiter.TryAcquire().IsAdmitted.ShouldBeFalse();
        other.Limiter.GetStatus().Limits.Single(static limit => limit.Partition == "service").Used.ShouldBe(2);
    }

    [Fact]
    public void All_units_of_one_key_decide_together()
    {
        using var bed = new KeyedBed(new TestKey("requests", PerMinute(9), PerMinute(100, Tokens)), new TestKey("tokens", PerMinute(1), PerMinute(9_000, Tokens)));

        bed.Go(Of(tokens: 101)).Key!.Chosen!.Name.ShouldBe("tokens");
        bed.Limiter.TryAcquire(Of(tokens: 101)).Limit.ShouldBe("1 requests");
        bed.Go(Of(tokens: 100)).Key!.Chosen!.Name.ShouldBe("requests");
    }

    [Fact]
    public void What_no_key_could_ever_give_is_refused_at_once_and_what_one_could_goes_with_that()
    {
        using var bed = new KeyedBed(new TestKey("small", PerMinute(100, Tokens)), new TestKey("large", PerMinute(1_000, Tokens)));

        bed.Go(Of(tokens: 1_000)).Key!.Chosen!.Name.ShouldBe("large");
        bed.Enter(Of(tokens: 1_001)).Reason.ShouldBe(RejectionReason.CostExceedsQuota);
        var waiting = bed.Enter(Of(tokens: 101));
        bed.Bed.Advance(TimeSpan.FromMinutes(1));
        waiting.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_waiter_goes_with_whichever_key_is_free_first_at_the_instant_it_was_told()
    {
        using var bed = new KeyedBed(Define(), KeySelection.RoundRobin, new TestKey("a", Window("a", 1, TimeSpan.FromSeconds(40))), new TestKey("b", Window("b", 1, TimeSpan.FromSeconds(30))));
        bed.Go();
        bed.Bed.Advance(TimeSpan.FromSeconds(1));
        bed.Go();
        bed.Limiter.EstimateWait().ShouldBe(TimeSpan.FromSeconds(30));
        var (waiter, next) = (bed.Enter(), bed.Enter());

        bed.Bed.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        waiter.IsDone.ShouldBeFalse();
        bed.Bed.Advance(TimeSpan.FromTicks(1));
        waiter.IsAdmitted.ShouldBeTrue();
        bed.Status("b").Requests.ShouldBe(2);

        bed.Bed.Advance(TimeSpan.FromSeconds(9) - TimeSpan.FromTicks(1));
        next.IsDone.ShouldBeFalse();
        bed.Bed.Advance(TimeSpan.FromTicks(1));
        next.IsAdmitted.ShouldBeTrue();
        bed.Status("a").Requests.ShouldBe(2);
    }

    [Fact]
    public void A_rest_of_one_key_leaves_the_others_and_a_rest_of_all_is_waited_for()
    {
        using var bed = new KeyedBed(new TestKey("a"), new TestKey("b"));
        var (first, second) = (bed.Go(), bed.Go());
        bed.Limit(first, TimeSpan.FromSeconds(20));

        var other = bed.Go();
        other.Key!.Chosen!.Name.ShouldNotBe(first.Key!.Chosen!.Name);
        bed.Limit(other, TimeSpan.FromSeconds(30));
        var waiter = bed.Enter();
        waiter.IsDone.ShouldBeFalse();
        bed.Limiter.TryAcquire().ShouldBe(new AdmissionResult { Reason = RejectionReason.NoKeyAvailable, RetryAfter = TimeSpan.FromSeconds(20) });

        bed.Bed.Advance(TimeSpan.FromSeconds(20));

        waiter.IsAdmitted.ShouldBeTrue();
        second.Complete();
    }

    [Fact]
    [Fault("H20")]
    public void When_all_are_out_for_longer_than_a_request_may_wait_it_is_refused_at_once_and_told_until_when()
    {
        using var bed = new KeyedBed(new TestKey("a"), new TestKey("b"));
        bed.Limit(bed.Go(), TimeSpan.FromSeconds(20));
        bed.Limit(bed.Go(), TimeSpan.FromSeconds(30));

        var refusal = bed.Enter(Of(timeout: TimeSpan.FromSeconds(19))).Refusal.ShouldNotBeNull();

        refusal.Reason.ShouldBe(RejectionReason.NoKeyAvailable);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(20));
        refusal.Limit.ShouldBeNull();
        refusal.Message.ShouldBe("The request to 's' was refused: none of its API keys may be used now; it could go in 20 s.");
    }

    [Fact]
    public void Keys_that_must_be_replaced_are_waited_for_by_nobody()
    {
        var definition = Define() with { TenantClasses = [new TenantClassDefinition("gold", [], ["g"], 1)] };
        using var bed = new KeyedBed(definition, KeySelection.MostHeadroom, new TestKey("open"), new TestKey("reserved") { Classes = ["gold"] });
        bed.Ring.Refuse(bed.Go(), bed.Limiter);
        bed.Bed.Advance(TimeSpan.FromSeconds(1));
        var witness = bed.Go(new AdmissionRequest { Tenant = "g" });
        witness.Key!.Chosen!.Name.ShouldBe("reserved");
        bed.Ring.Accept(witness, bed.Limiter);
        bed.Bed.Advance(TimeSpan.FromMinutes(1));

        bed.RefuseAlone(bed.Go());

        bed.Status("open").State.ShouldBe(KeyState.Disabled);
        var refusal = bed.Enter(new AdmissionRequest { Timeout = Timeout.InfiniteTimeSpan }).Refusal.ShouldNotBeNull();
        (refusal.Reason, refusal.RetryAfter).ShouldBe((RejectionReason.NoKeyAvailable, null));
        bed.Go(new AdmissionRequest { Tenant = "g" }).Key!.Chosen!.Name.ShouldBe("reserved");
    }

    [Fact]
    public void Who_waits_for_a_key_that_is_disabled_meanwhile_is_refused_then()
    {
        var definition = Define() with { TenantClasses = [new TenantClassDefinition("gold", [], ["g"], 1)] };
        using var bed = new KeyedBed(definition, KeySelection.MostHeadroom, new TestKey("open", Slots("slots", 1)), new TestKey("reserved") { Classes = ["gold"] });
        var first = bed.Go();
        bed.Ring.Refuse(first, bed.Limiter);
        first.Complete();
        bed.Bed.Advance(TimeSpan.FromSeconds(1));
        bed.Ring.Accept(bed.Go(new AdmissionRequest { Tenant = "g" }), bed.Limiter);
        bed.Bed.Advance(TimeSpan.FromMinutes(1));
        var probe = bed.Go();
        var waiter = bed.Enter(new AdmissionRequest { Timeout = Timeout.InfiniteTimeSpan });
        waiter.IsDone.ShouldBeFalse();

        bed.RefuseAlone(probe);

        waiter.Reason.ShouldBe(RejectionReason.NoKeyAvailable);
    }

    [Fact]
    public void Reserved_keys_are_for_their_classes_and_those_who_have_none_left_hold_up_nobody_who_has()
    {
        var definition = Define() with { TenantClasses = [new TenantClassDefinition("gold", [], ["g"], 1)] };
        using var bed = new KeyedBed(definition, KeySelection.MostHeadroom, new TestKey("open", PerMinute(1)), new TestKey("reserved", PerMinute(2)) { Classes = ["gold"] });
        bed.Go().Key!.Chosen!.Name.ShouldBe("open");

        var anybody = bed.Enter(name: "anybody");
        var gold = bed.Enter(new AdmissionRequest { Tenant = "g" });
        var second = bed.Enter(new AdmissionRequest { Tenant = "g" });
        var third = bed.Enter(new AdmissionRequest { Tenant = "g" });

        anybody.IsDone.ShouldBeFalse();
        gold.IsAdmitted.ShouldBeTrue();
        second.IsAdmitted.ShouldBeTrue();
        third.IsDone.ShouldBeFalse();
        bed.Bed.Advance(TimeSpan.FromMinutes(1));
        anybody.IsAdmitted.ShouldBeTrue();
        third.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void Who_may_go_with_any_key_is_not_overtaken_by_those_behind_who_need_less_of_the_same()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(100, Tokens)), new TestKey("b", PerMinute(100, Tokens)));
        bed.Go(Of(tokens: 60));
        bed.Go(Of(tokens: 60));

        var large = bed.Enter(Of(tokens: 80));
        var small = bed.Enter(Of(tokens: 10));

        small.IsDone.ShouldBeFalse();
        bed.Bed.Advance(TimeSpan.FromMinutes(1));
        large.IsAdmitted.ShouldBeTrue();
        small.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_request_goes_with_no_key_that_it_has_gone_with_and_holds_up_nobody_who_may()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(2)), new TestKey("b", PerMinute(1)));
        var taken = new[] { bed.Go(Without("a")), bed.Go(Without("b")) };
        taken.Select(static ticket => ticket.Key!.Chosen!.Name).ShouldBe(["b", "a"]);

        var moved = bed.Enter(Without("a"));
        var other = bed.Enter();

        moved.IsDone.ShouldBeFalse();
        other.IsAdmitted.ShouldBeTrue();
        bed.Limiter.HasOpenKey(Without("a", "b")).ShouldBeFalse();
        bed.Limiter.HasOpenKey(Without("a")).ShouldBeTrue();
        bed.Bed.Advance(TimeSpan.FromMinutes(1));
        moved.IsAdmitted.ShouldBeTrue();

        static AdmissionRequest Without(params string[] keys) => new() { Key = new KeyWish(null, keys) };
    }

    [Fact]
    public void A_request_without_a_key_is_charged_what_all_share_and_waits_for_no_key()
    {
        using var bed = new KeyedBed(Define(PerMinute(2)), KeySelection.MostHeadroom, new TestKey("a", PerMinute(1)));
        bed.Go();

        bed.Go(new AdmissionRequest { Key = KeyWish.Keyless }).Key.ShouldBeNull();
        bed.Limiter.TryAcquire(new AdmissionRequest { Key = KeyWish.Keyless }).Limit.ShouldBe("2 requests");
        bed.Status("a").Requests.ShouldBe(1);
    }

    [Fact]
    public void Keys_belong_to_their_origin()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(1)) { Realm = "https://a:443" }, new TestKey("b", PerMinute(1)) { Realm = "https://b:443" });

        bed.Go(To("https://b:443")).Key!.Chosen!.Name.ShouldBe("b");
        var waiting = bed.Enter(To("https://b:443"));
        bed.Enter(To("https://a:443")).IsAdmitted.ShouldBeTrue();

        waiting.IsDone.ShouldBeFalse();
        bed.Bed.Advance(TimeSpan.FromMinutes(1));
        waiting.IsAdmitted.ShouldBeTrue();

        static AdmissionRequest To(string realm) => new() { Key = new KeyWish(realm, []) };
    }

    [Fact]
    public void An_endpoints_limits_by_key_add_up_too_and_hold_up_that_endpoint_alone()
    {
        var definition = Define(PerKey(PerMinute(9))) with { Endpoints = [new EndpointDefinition("search", [PerKey(PerMinute(1))], ServiceLimits: true)] };
        using var bed = new KeyedBed(definition, KeySelection.RoundRobin, new TestKey("a"), new TestKey("b"));
        bed.Go(Of(endpoint: "search"));
        bed.Go(Of(endpoint: "search"));

        var third = bed.Enter(Of(endpoint: "search"));
        bed.Enter().IsAdmitted.ShouldBeTrue();

        third.IsDone.ShouldBeFalse();
        bed.Bed.Advance(TimeSpan.FromMinutes(1));
        third.IsAdmitted.ShouldBeTrue();
    }
}
