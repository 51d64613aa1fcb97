using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static RateLimited.Http.Testing.Tests.Models.Histories;

namespace RateLimited.Http.Testing.Tests.Limits;

public sealed class UpstreamModelTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly ArrivalTime Now = At(TimeSpan.Zero);

    [Fact]
    public void A_request_that_one_limit_refuses_takes_nothing_from_the_others()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(10, Minute), UpstreamLimit.TokenBucket(1000, Minute, unit: "tokens")]);

        model.Arrive(Now, Costing(600)).IsAdmitted.ShouldBeTrue();
        var refusal = model.Arrive(Now, Costing(600)).Refusal.ShouldNotBeNull();

        refusal.Reason.ShouldBe("tokens");
        refusal.Wait.ShouldBe(Seconds(12));
        model.Read(Now, Costing(0)).Select(stated => stated.Reading.Remaining).ShouldBe([9, 400]);
    }

    [Fact]
    public void The_limit_that_takes_longest_is_the_reason()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(1, Minute), UpstreamLimit.SlidingLog(1, Seconds(10)) with { Name = "burst" }]);
        model.Arrive(Now, new UpstreamCall());

        var refusal = model.Arrive(At(Seconds(4)), new UpstreamCall()).Refusal.ShouldNotBeNull();

        refusal.ShouldBe(new UpstreamRefusal(refusal.Limit, Seconds(56)));
        refusal.Reason.ShouldBe("requests");
        var books = model.Report(At(Seconds(4)));
        books["requests"].Refused.ShouldBe(1);
        books["burst"].Refused.ShouldBe(0);
    }

    [Fact]
    public void Keys_are_counted_apart_and_those_of_an_organisation_together()
    {
        var model = new UpstreamModel(
        [
            UpstreamLimit.SlidingLog(2, Minute) with { Name = "own" },
            UpstreamLimit.SlidingLog(3, Minute) with { Name = "shared", By = CountedBy.Organisation },
        ]);
        var (a, b, other) = (Of("a", "acme"), Of("b", "acme"), Of("c", null));

        model.Arrive(Now, a).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, a).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, a).Refusal!.Reason.ShouldBe("own");
        model.Arrive(Now, b).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, b).Refusal!.Reason.ShouldBe("shared");
        model.Arrive(Now, other).IsAdmitted.ShouldBeTrue();

        var books = model.Report(Now);
        books.Keys["a"].ShouldBe(new KeyBooks("key 1", Admitted: 2, Refused: 1));
        books.Keys["b"].ShouldBe(new KeyBooks("key 2", Admitted: 1, Refused: 1));
        (books.Admitted, books.Refused).ShouldBe((4, 2));
        books.Limits.Where(limit => limit.Limit == "shared").Select(limit => limit.CountedFor).ShouldBe(["acme", "key 3"]);
    }

    [Fact]
    public void No_key_is_printed()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(2, Minute), UpstreamLimit.SlidingLog(2, Minute) with { By = CountedBy.Organisation }]);
        model.Arrive(Now, Of("sk-secret", null));
        model.Arrive(Now, Of("", null));

        var text = model.Report(Now).ToString();

        text.ShouldNotContain("sk-secret");
        text.ShouldContain("requests of key 1: 1 of 2 requests used");
        text.ShouldContain("requests of no key: 1 of 2");
    }

    [Fact]
    public void Endpoints_have_limits_of_their_own()
    {
        var model = new UpstreamModel(
        [
            UpstreamLimit.SlidingLog(5, Minute) with { Name = "core", Except = ["GET /search/*"] },
            UpstreamLimit.SlidingLog(1, Minute) with { Name = "search", Endpoints = ["GET /search/*"] },
            UpstreamLimit.SlidingLog(1, Minute) with { Name = "channel", Endpoints = ["POST /channels/{id}/messages"], By = CountedBy.Name },
        ]);

        model.Arrive(Now, On("GET", "/search/code")).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, On("GET", "/search")).Refusal!.Reason.ShouldBe("search");
        model.Arrive(Now, On("POST", "/channels/1/messages")).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, On("POST", "/channels/2/messages")).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, On("POST", "/channels/1/messages")).Refusal!.Reason.ShouldBe("channel");

        model.Read(Now, On("GET", "/search/x")).Select(stated => stated.Limit.Name).ShouldBe(["search"]);
        model.Read(Now, On("GET", "/users")).Single().Reading.Used.ShouldBe(2);
        model.Report(Now).Limits.Where(limit => limit.Limit == "channel").Select(limit => limit.CountedFor).ShouldBe(["1", "2"]);
    }

    [Fact]
    public void A_limit_by_endpoint_counts_each_apart()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(1, Minute) with { By = CountedBy.Endpoint | CountedBy.Key }]);

        model.Arrive(Now, On("GET", "/a")).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, On("GET", "/b")).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, On("POST", "/a")).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, On("GET", "/a")).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void A_hidden_limit_refuses_and_is_not_spoken_of()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(5, Minute), UpstreamLimit.SlidingLog(1, Minute) with { Name = "secondary", IsHidden = true }]);

        model.Arrive(Now, new UpstreamCall()).IsAdmitted.ShouldBeTrue();
        model.Arrive(Now, new UpstreamCall()).Refusal!.Reason.ShouldBe("secondary");

        model.Read(Now, new UpstreamCall()).Select(stated => stated.Limit.Name).ShouldBe(["requests"]);
    }

    [Fact]
    public void Refused_requests_count_where_the_limit_says_so()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(1, Seconds(10)) with { CountsRefused = true }]);
        model.Arrive(Now, new UpstreamCall());

        model.Arrive(At(Seconds(5)), new UpstreamCall()).IsAdmitted.ShouldBeFalse();
        model.Arrive(At(Seconds(10)), new UpstreamCall()).IsAdmitted.ShouldBeFalse();
        model.Arrive(At(Seconds(20)), new UpstreamCall()).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_ban_refuses_what_the_limits_would_admit_and_grows_when_ignored()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(1, Seconds(1))], () => new PenaltyModel { First = Seconds(5), Longest = Seconds(60) });
        model.Arrive(Now, new UpstreamCall());

        model.Arrive(Now, new UpstreamCall()).Refusal.ShouldNotBeNull().Wait.ShouldBe(Seconds(5));
        var ignored = model.Arrive(At(Seconds(2)), new UpstreamCall()).Refusal.ShouldNotBeNull();
        ignored.IsBan.ShouldBeTrue();
        ignored.Reason.ShouldBe("ban");
        ignored.Wait.ShouldBe(Seconds(10));
        model.Arrive(At(Seconds(12)), new UpstreamCall()).IsAdmitted.ShouldBeTrue();

        model.Report(At(Seconds(12))).Banned.ShouldBe(1);
        model.Arrive(At(Seconds(12)), Of("innocent", null)).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_ticket_settles_the_units_that_are_named_and_frees_its_slot_once()
    {
        var model = new UpstreamModel([UpstreamLimit.Concurrency(1), UpstreamLimit.TokenBucket(1000, Minute, unit: "tokens")]);
        var ticket = model.Arrive(Now, Costing(800)).Ticket!;
        model.Arrive(Now, Costing(1)).Refusal!.Reason.ShouldBe("concurrent");

        ticket.Settle(Now, [new UnitCost("tokens", 300)]);
        ticket.End(Now);
        ticket.End(Now);

        var next = model.Arrive(Now, Costing(700)).Ticket.ShouldNotBeNull();
        model.Arrive(Now, Costing(0)).IsAdmitted.ShouldBeFalse();
        next.End(Now);
        model.Report(At(Seconds(1)))["tokens"].Ok.ShouldBe(1000);
    }

    [Fact]
    public void What_costs_nothing_of_a_unit_is_not_refused_by_its_limit()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(1, Minute)]);
        model.Arrive(Now, new UpstreamCall());

        model.Arrive(Now, new UpstreamCall { Costs = [new UnitCost("requests", 0)] }).IsAdmitted.ShouldBeTrue();
        model.Read(Now, new UpstreamCall { Costs = [new UnitCost("requests", 0)] }).Single().Reading.Remaining.ShouldBe(0);
    }

    [Fact]
    public void Utilisation_is_that_of_the_limit_that_was_used_most()
    {
        var model = new UpstreamModel([UpstreamLimit.SlidingLog(100, Minute), UpstreamLimit.SlidingLog(1000, Minute, "tokens")]);
        for (var i = 0; i < 10; i++)
        {
            model.Arrive(Now, Costing(90));
        }

        var books = model.Report(Now);

        books.Utilisation.ShouldBe(0.9);
        books.UtilisationOf("requests").ShouldBe(0.1);
        Should.Throw<ArgumentException>(() => books["words"]).Message.ShouldContain("Those that did: requests, tokens.");
        new UpstreamModel([]).Report(Now).Utilisation.ShouldBeNull();
    }

    private static UpstreamCall Costing(long tokens) => new() { Costs = [new UnitCost("tokens", tokens)] };

    private static UpstreamCall Of(string key, string? organisation) => organisation is null ? new UpstreamCall { Key = key } : new UpstreamCall { Key = key, Organisation = organisation };

    private static UpstreamCall On(string method, string path) => new() { Method = method, Path = path };
}
