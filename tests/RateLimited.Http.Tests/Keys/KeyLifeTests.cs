using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Signals.Classification;
using static RateLimited.Http.Tests.Admission.AdmissionBed;
using static RateLimited.Http.Tests.Keys.KeyedBed;

namespace RateLimited.Http.Tests.Keys;

/// <summary>What becomes of keys' limits: settled, given back, released, reported, reloaded.</summary>
public sealed class KeyLifeTests
{
    [Fact]
    public void A_lease_is_settled_and_released_at_the_key_it_was_taken_from()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(100, Tokens), Slots("slots a", 1)), new TestKey("b", PerMinute(100, Tokens), Slots("slots b", 1)));
        using var first = bed.Limiter.TryAcquire(Of(tokens: 60)).Lease.ShouldNotBeNull();
        using var second = bed.Limiter.TryAcquire(Of(tokens: 60)).Lease.ShouldNotBeNull();
        first.Key.ShouldNotBe(second.Key);
        bed.Limiter.TryAcquire(Of(tokens: 1)).IsAdmitted.ShouldBeFalse();

        first.Settle(Tokens, 10);
        first.Dispose();

        bed.Status(first.Key!).Headroom.ShouldBe(0.9);
        using var third = bed.Limiter.TryAcquire(Of(tokens: 90)).Lease.ShouldNotBeNull();
        third.Key.ShouldBe(first.Key);
    }

    [Fact]
    public void A_waiter_goes_when_a_key_is_released_that_others_hold()
    {
        using var bed = new KeyedBed(new TestKey("a", Slots("a", 1)), new TestKey("b", Slots("b", 1)));
        var (first, second) = (bed.Go(), bed.Go());
        var (waiter, next) = (bed.Enter(), bed.Enter());
        bed.Status("a").InFlight.ShouldBe(1);

        second.Complete();
        waiter.IsAdmitted.ShouldBeTrue();
        next.IsDone.ShouldBeFalse();
        first.GiveBack();

        next.IsAdmitted.ShouldBeTrue();
        bed.Limiter.GetStatus().Keys.Sum(static key => key.InFlight).ShouldBe(2);
    }

    [Fact]
    public void What_never_left_is_given_back_to_its_key()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(1)), new TestKey("b", PerMinute(1)));
        var first = bed.Go();
        var name = first.Key!.Chosen!.Name;
        bed.Go().Complete();

        first.GiveBack();

        bed.Go().Key!.Chosen!.Name.ShouldBe(name);
    }

    [Fact]
    public void What_a_response_reports_is_a_limit_of_the_key_it_came_to()
    {
        using var bed = new KeyedBed(Define(PerMinute(1_000)), KeySelection.RoundRobin, new TestKey("a"), new TestKey("b"));
        var first = bed.Go();

        bed.Limiter.Answered(first, [Report(remaining: 0)], bed.Limiter.Now);
        first.Complete();

        Enumerable.Range(0, 4).Select(_ => bed.Go().Key!.Chosen!.Name).ShouldAllBe(static key => key == "b");
        bed.Status("a").Headroom.ShouldBe(0);
        bed.Status("b").Headroom.ShouldBe(1);
        bed.Limiter.GetStatus().Limits.Single(static limit => limit.Name.StartsWith("upstream", StringComparison.Ordinal)).Partition.ShouldBe("key a");
        bed.Bed.Advance(TimeSpan.FromSeconds(61));
        Enumerable.Range(0, 2).Select(_ => bed.Go().Key!.Chosen!.Name).ShouldBe(["a", "b"], ignoreOrder: true);
    }

    [Fact]
    public void What_is_reported_to_one_key_of_a_group_holds_for_all_of_it()
    {
        using var bed = new KeyedBed(new TestKey("a") { Group = "org" }, new TestKey("b") { Group = "org" }, new TestKey("c"));
        var first = bed.Go(new AdmissionRequest { Key = new KeyWish(null, ["c"]) });

        bed.Limiter.Answered(first, [Report(remaining: 0)], bed.Limiter.Now);
        first.Complete();

        Enumerable.Range(0, 4).Select(_ => bed.Go().Key!.Chosen!.Name).ShouldAllBe(static key => key == "c");
    }

    [Fact]
    public void Of_an_unknown_upstream_each_key_is_asked_with_one_request_before_many_follow()
    {
        var definition = Define() with { Correction = new CorrectionDefinition { Discover = true } };
        using var bed = new KeyedBed(definition, KeySelection.RoundRobin, new TestKey("a"), new TestKey("b"));

        var (first, second) = (bed.Go(), bed.Go());
        bed.Limiter.TryAcquire().IsAdmitted.ShouldBeFalse();
        bed.Limiter.Learn(first, AnswerKind.Succeeded, bed.Limiter.Now);
        first.Complete();

        bed.Go();
        bed.Go();
        bed.Limiter.TryAcquire().IsAdmitted.ShouldBeFalse();
        second.Complete();
    }

    [Fact]
    public void A_reload_keeps_the_state_of_keys_that_stay_and_lets_those_who_wait_go_with_new_ones()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(2)));
        bed.Go();
        bed.Limit(bed.Go(), TimeSpan.FromMinutes(5));
        var waiter = bed.Enter();

        bed.Change(Define(), new TestKey("a", PerMinute(3)), new TestKey("b", PerMinute(1)));

        waiter.IsAdmitted.ShouldBeTrue();
        bed.Status("a").State.ShouldBe(KeyState.RateLimited);
        bed.Status("a").Headroom.ShouldBe(1.0 / 3, 0.001);
        bed.Status("b").Headroom.ShouldBe(0);
    }

    [Fact]
    public void A_key_that_is_taken_away_is_missed_by_nobody()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(5), Slots("a", 5)), new TestKey("b", PerMinute(5), Slots("b", 5)));
        AdmissionTicket[] tickets = [bed.Go(), bed.Go(), bed.Go(), bed.Go()];

        bed.Change(Define(), new TestKey("b", PerMinute(5), Slots("b", 5)));
        foreach (var ticket in tickets)
        {
            bed.Ring.Accept(ticket, bed.Limiter);
            ticket.Complete();
        }

        bed.Limiter.GetStatus().Keys.Select(static key => (key.Name, key.InFlight)).ShouldBe([("b", 0)]);
        bed.Limiter.GetStatus().Limits.Select(static limit => limit.Partition).Distinct().ShouldBe(["key b"]);
    }

    [Fact]
    public void Keys_may_be_given_to_a_service_and_taken_from_it_while_it_runs()
    {
        using var bed = new KeyedBed(Define(PerMinute(9)), KeySelection.MostHeadroom, new TestKey("a"));
        bed.Go().Complete();

        bed.Limiter.Apply(Define(PerMinute(9)));
        bed.Go().Key.ShouldBeNull();
        bed.Change(Define(PerMinute(9)), new TestKey("a"));

        bed.Go().Key!.Chosen!.Name.ShouldBe("a");
        bed.Limiter.GetStatus().Limits.Single().Used.ShouldBe(3);
    }

    [Fact]
    public void When_nothing_is_enforced_a_request_goes_with_a_key_all_the_same_and_is_counted()
    {
        using var bed = new KeyedBed(Define() with { Mode = RateLimitMode.DryRun }, KeySelection.RoundRobin, new TestKey("a", PerMinute(1)), new TestKey("b", PerMinute(1)));

        Enumerable.Range(0, 5).Select(_ => bed.Go().Key!.Chosen!.Name).ShouldBe(["a", "b", "a", "b", "a"]);
        bed.Limiter.GetStatus().Limits.Select(static limit => limit.Used).ShouldBe([3, 2]);
    }

    [Fact]
    public void What_goes_past_the_limits_goes_with_a_key_that_may_be_used()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(1)), new TestKey("b", PerMinute(1)));
        bed.Limit(bed.Go(), TimeSpan.FromMinutes(1));
        var open = bed.Limiter.GetStatus().Keys.Single(static key => key.State == KeyState.Active).Name;

        var picked = Enumerable.Range(0, 5).Select(_ => bed.Limiter.PickKey(default)!).ToArray();

        picked.ShouldAllBe(key => key.Name == open);
        bed.Status(open).InFlight.ShouldBe(5);
        bed.Status(open).Headroom.ShouldBe(1, "what goes past the limits is not counted by them");
        Array.ForEach(picked, bed.Limiter.EndUnheld);
        bed.Status(open).InFlight.ShouldBe(0);
    }

    [Fact]
    public void The_faces_for_permits_count_all_keys_together()
    {
        using var bed = new KeyedBed(new TestKey("a", PerMinute(3)), new TestKey("b", PerMinute(4)), new TestKey("c", PerMinute(2)) { Group = "g" }, new TestKey("d") { Group = "g" });
        using var face = Http.Configuration.RateLimiters.AsRateLimiter(bed.Limiter);
        face.GetStatistics()!.CurrentAvailablePermits.ShouldBe(9);

        Enumerable.Range(0, 9).ShouldAllBe(_ => face.AttemptAcquire(1).IsAcquired);

        face.AttemptAcquire(1).IsAcquired.ShouldBeFalse();
        face.GetStatistics()!.CurrentAvailablePermits.ShouldBe(0);
    }

    [Fact]
    public void An_exhausted_key_is_out_until_its_own_horizon_whatever_is_believed_of_waits()
    {
        using var bed = new KeyedBed(Define() with { Correction = new CorrectionDefinition { MaxHint = TimeSpan.FromMinutes(1) } }, KeySelection.RoundRobin, new TestKey("a"));
        var ticket = bed.Go();

        bed.Ring.Rest(ticket, new Verdict(ResponseKind.Exhausted, ResponseScope.Key) { Horizon = QuotaHorizon.PacificMidnight }, bed.Limiter);

        bed.Status("a").State.ShouldBe(KeyState.Exhausted);
        var midnight = new DateTimeOffset(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);
        bed.Status("a").OpensIn.ShouldBe(midnight - bed.Bed.Time.GetUtcNow());
    }
}
