using RateLimited.Http.Keys;

namespace RateLimited.Http.Tests.Keys;

/// <summary>A refused key is suspected at once and condemned late.</summary>
public sealed class KeyTrustTests
{
    private const string Chat = "POST /chat";
    private const string Files = "GET /files";
    private const string Anywhere = "";
    private const long Never = -1;

    private static readonly long FirstProbe = KeyTrust.FirstProbe;

    [Fact]
    public void A_refusal_closes_the_key_where_it_was_refused_and_nowhere_else()
    {
        var trust = new KeyTrust();
        trust.Refused(Chat, now: 10, sentAt: 5, Never);

        trust.IsRefused(Chat, out var retryAt).ShouldBeTrue();
        retryAt.ShouldBe(10 + FirstProbe);
        trust.IsRefused(Files, out _).ShouldBeFalse();
        trust.IsDisabled.ShouldBeFalse();
    }

    [Fact]
    public void What_another_process_says_closes_the_key_there_until_it_says_otherwise_and_disables_nothing()
    {
        var trust = new KeyTrust();
        trust.RefusedElsewhere(Chat, now: 10, until: 10 + FirstProbe);
        trust.IsRefused(Chat, out var retryAt).ShouldBeTrue();
        retryAt.ShouldBe(10 + FirstProbe);
        trust.IsRefused(Files, out _).ShouldBeFalse();

        // Its own first refusal is a first one, whatever was heard before, and others accepted it meanwhile.
        trust.Refused(Chat, now: 20, sentAt: 15, othersAcceptedAt: 18);
        (trust.IsDisabled, trust.RefusedCount).ShouldBe((false, 1));

        // What it found out by itself is nobody else's to take back.
        trust.AcceptedElsewhere(Chat);
        trust.IsRefused(Chat, out _).ShouldBeTrue();
        trust.Accepted(Chat, now: 40, sentAt: 30);
        trust.IsSuspected.ShouldBeFalse();

        trust.RefusedElsewhere(Chat, now: 50, until: long.MaxValue);
        trust.IsRefused(Chat, out retryAt).ShouldBeTrue();
        retryAt.ShouldBe(50 + KeyTrust.LongestProbe);
        trust.AcceptedElsewhere(Chat);
        (trust.IsSuspected, trust.RefusedCount, trust.RefusedUntil(Chat)).ShouldBe((false, 0, null));
    }

    [Fact]
    public void Others_are_told_of_a_disabled_key_for_as_long_as_it_takes_to_find_out()
    {
        var trust = new KeyTrust();
        trust.Refused(Chat, now: 10, sentAt: 5, Never);
        trust.RefusedUntil(Chat).ShouldBe(10 + FirstProbe);
        trust.RefusedUntil(Files).ShouldBeNull();

        trust.Refused(Chat, now: 100, sentAt: 50, othersAcceptedAt: 60);

        trust.IsDisabled.ShouldBeTrue();
        trust.RefusedUntil(Files).ShouldBe(100 + KeyTrust.LongestProbe);
    }

    [Fact]
    public void It_is_found_out_at_intervals_that_grow_by_one_request_at_a_time()
    {
        var trust = new KeyTrust();
        var now = 0L;
        List<double> seconds = [];
        for (var i = 0; i < 8; i++)
        {
            trust.Refused(Chat, now, sentAt: now, Never);
            trust.IsRefused(Chat, out var retryAt);
            seconds.Add(TimeSpan.FromTicks(retryAt - now).TotalSeconds);
            now = retryAt;
            trust.Went(Chat, now);
            trust.IsRefused(Chat, out var next);
            next.ShouldBeGreaterThan(now, "others wait for what the first finds");
        }

        seconds.ShouldBe([30, 60, 120, 240, 480, 900, 900, 900]);
        trust.IsDisabled.ShouldBeFalse("nobody else was accepted there: it may be the endpoint, or the upstream");
    }

    [Fact]
    public void Refused_twice_where_another_was_accepted_meanwhile_it_is_disabled()
    {
        var trust = new KeyTrust();
        trust.Refused(Chat, now: 10, sentAt: 5, othersAcceptedAt: 4);
        trust.IsDisabled.ShouldBeFalse();

        trust.Refused(Chat, now: 10 + FirstProbe, sentAt: 10 + FirstProbe, othersAcceptedAt: 500);

        trust.IsDisabled.ShouldBeTrue();
    }

    [Fact]
    public void That_another_was_accepted_before_is_no_evidence()
    {
        var trust = new KeyTrust();
        trust.Refused(Chat, now: 10, sentAt: 5, othersAcceptedAt: 9);
        trust.Refused(Chat, now: 10 + FirstProbe, sentAt: 10 + FirstProbe, othersAcceptedAt: 9);

        trust.IsDisabled.ShouldBeFalse("since it is refused, nobody was accepted: the upstream may refuse everybody");
    }

    [Fact]
    public void A_key_that_is_accepted_elsewhere_is_not_disabled_by_one_endpoint()
    {
        var trust = new KeyTrust();
        trust.Refused(Chat, now: 10, sentAt: 5, Never);
        trust.Accepted(Files, now: 20, sentAt: 15);
        trust.Refused(Chat, now: 10 + FirstProbe, sentAt: 10 + FirstProbe, othersAcceptedAt: 500);

        trust.IsDisabled.ShouldBeFalse();
        trust.RefusedCount.ShouldBe(1);
    }

    [Fact]
    public void Refusals_that_were_under_way_together_count_once()
    {
        var trust = new KeyTrust();
        trust.Refused(Chat, now: 10, sentAt: 5, Never);
        trust.Refused(Chat, now: 11, sentAt: 6, othersAcceptedAt: 10_000);
        trust.Refused(Chat, now: 12, sentAt: 9, othersAcceptedAt: 10_000);

        trust.IsDisabled.ShouldBeFalse();
        trust.IsRefused(Chat, out var retryAt);
        retryAt.ShouldBe(10 + FirstProbe);
    }

    [Fact]
    public void Accepted_it_is_as_if_nothing_had_been_but_not_by_what_was_under_way_before()
    {
        var trust = new KeyTrust();
        trust.Refused(Chat, now: 10, sentAt: 5, Never);

        trust.Accepted(Chat, now: 20, sentAt: 9);
        trust.RefusedCount.ShouldBe(1);

        trust.Accepted(Chat, now: 30, sentAt: 15);
        trust.RefusedCount.ShouldBe(0);
        trust.IsRefused(Chat, out _).ShouldBeFalse();
        trust.NextProbe().ShouldBe(long.MaxValue);
    }

    [Fact]
    public void A_new_credential_begins_anew()
    {
        var trust = new KeyTrust();
        trust.Refused(Chat, 10, 5, Never);
        trust.Refused(Chat, 10 + FirstProbe, 10 + FirstProbe, 500);
        trust.IsDisabled.ShouldBeTrue();

        trust.Reset(now: 1_000);

        trust.IsDisabled.ShouldBeFalse();
        trust.IsRefused(Chat, out _).ShouldBeFalse();
        trust.RefusedCount.ShouldBe(0);
    }

    [Fact]
    public void Where_nobody_named_endpoints_that_another_was_accepted_meanwhile_may_have_been_elsewhere_and_is_no_evidence()
    {
        var trust = new KeyTrust();
        trust.Refused(Anywhere, now: 10, sentAt: 5, othersAcceptedAt: 4);
        trust.Refused(Anywhere, now: 10 + FirstProbe, sentAt: 10 + FirstProbe, othersAcceptedAt: 500);

        trust.IsDisabled.ShouldBeFalse();
        trust.IsRefused(Anywhere, out var retryAt).ShouldBeTrue();
        retryAt.ShouldBe(10 + (3 * FirstProbe));
    }

    [Fact]
    public void A_request_that_is_accepted_with_another_key_is_evidence_the_second_time()
    {
        var trust = new KeyTrust();
        trust.Refused(Anywhere, now: 10, sentAt: 5, Never);
        trust.Contradicted(Anywhere, sentAt: 5);
        trust.IsDisabled.ShouldBeFalse("once may be chance");

        trust.Refused(Anywhere, now: 12, sentAt: 9, Never);
        trust.Contradicted(Anywhere, sentAt: 9);
        trust.IsDisabled.ShouldBeFalse("it was under way with the first");

        trust.Refused(Anywhere, now: 20 + FirstProbe, sentAt: 15 + FirstProbe, Never);
        trust.IsDisabled.ShouldBeFalse("nobody has answered yet");
        trust.Contradicted(Anywhere, sentAt: 15 + FirstProbe);

        trust.IsDisabled.ShouldBeTrue();
    }

    [Fact]
    public void Accepted_in_between_it_is_not_disabled_by_that()
    {
        var trust = new KeyTrust();
        trust.Refused(Anywhere, now: 10, sentAt: 5, Never);
        trust.Contradicted(Anywhere, sentAt: 5);
        trust.Accepted(Chat, now: 20, sentAt: 15);
        trust.Refused(Anywhere, now: 10 + FirstProbe, sentAt: 10 + FirstProbe, Never);

        trust.Contradicted(Anywhere, sentAt: 10 + FirstProbe);

        trust.IsDisabled.ShouldBeFalse();
    }

    [Fact]
    public void What_no_key_was_accepted_for_closes_none_and_shows()
    {
        var trust = new KeyTrust();
        trust.Refused(Anywhere, now: 10, sentAt: 5, Never);

        trust.Withdrawn(Anywhere, now: 11, sentAt: 4);
        trust.IsRefused(Anywhere, out _).ShouldBeTrue("that was another request");
        trust.Withdrawn(Anywhere, now: 12, sentAt: 5);

        trust.IsRefused(Anywhere, out _).ShouldBeFalse();
        (trust.RefusedCount, trust.IsSuspected).ShouldBe((0, true), "whoever looks sees that it was not accepted");
        trust.Accepted(Files, now: 20, sentAt: 15);
        trust.IsSuspected.ShouldBeFalse();
        trust.Refused(Anywhere, now: 30, sentAt: 25, Never);
        trust.Withdrawn(Anywhere, now: 31, sentAt: 25);
        trust.IsSuspected.ShouldBeFalse("it worked elsewhere a moment ago");
    }

    [Fact]
    public void Refused_before_it_stays_closed_when_the_last_refusal_is_taken_back()
    {
        var trust = new KeyTrust();
        trust.Refused(Anywhere, now: 10, sentAt: 5, Never);
        trust.Refused(Anywhere, now: 10 + FirstProbe, sentAt: 10 + FirstProbe, Never);

        trust.Withdrawn(Anywhere, now: 20 + FirstProbe, sentAt: 10 + FirstProbe);
        trust.Withdrawn(Anywhere, now: 20 + FirstProbe, sentAt: 10 + FirstProbe);

        trust.IsRefused(Anywhere, out var retryAt).ShouldBeTrue();
        retryAt.ShouldBe(20 + (2 * FirstProbe));
        trust.RefusedCount.ShouldBe(1);
    }

    [Fact]
    public void Answers_to_the_credential_before_say_nothing_of_the_new_one()
    {
        var trust = new KeyTrust();
        trust.Reset(now: 100);

        trust.Refused(Chat, now: 110, sentAt: 99, Never);
        trust.Contradicted(Chat, sentAt: 99);
        trust.Withdrawn(Chat, now: 111, sentAt: 99);
        trust.Accepted(Chat, now: 112, sentAt: 99);

        (trust.IsSuspected, trust.IsDisabled, trust.AcceptedAt(Chat)).ShouldBe((false, false, Never));
    }

    [Fact]
    public void Ten_thousand_endpoints_take_no_more_room_than_a_few_hundred()
    {
        var trust = new KeyTrust();
        for (var i = 0; i < 10_000; i++)
        {
            trust.Refused($"GET /{i}", now: i, sentAt: i, Never);
        }

        trust.RefusedCount.ShouldBeLessThanOrEqualTo(256);
        trust.IsRefused("GET /9999", out _).ShouldBeTrue();
        trust.AcceptedAt("GET /0").ShouldBe(Never);
    }
}
