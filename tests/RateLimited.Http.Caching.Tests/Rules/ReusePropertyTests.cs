using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Caching.Tests.Rules;

/// <summary>What holds of every header that anybody writes.</summary>
public sealed class ReusePropertyTests
{
    private static readonly Gen<string> Directives =
        from names in Gen.Elements(
            "no-store", "no-cache", "no-cache=\"x\"", "must-revalidate", "public", "private", "max-age=0", "max-age=10", "max-age=100", "max-age=x", "max-age", "max-stale", "max-stale=20", "min-fresh=5", "stale-while-revalidate=30",
            "stale-if-error=30", "only-if-cached", "\"", "=", ",,", "x=\"no-store\"", "max-age=\"100\"", "immutable").ListOf()
        select string.Join(", ", names);

    private static readonly Gen<TimeSpan> Durations = from seconds in Gen.Choose(0, 200) select TimeSpan.FromSeconds(seconds);

    [Fact]
    public void Nothing_is_given_beyond_its_freshness_unless_somebody_said_that_it_may()
    {
        var cases = from request in Directives
                    from answer in Directives
                    from lifetime in Durations
                    from age in Durations
                    from limited in Durations
                    from error in Durations
                    from ignore in Gen.Elements(true, false)
                    select (request, answer, lifetime, age, limited, error, ignore);

        Holds.For(cases, static drawn =>
        {
            var (request, facts) = (CacheDirectives.Read([drawn.request]), new ResponseFacts { Status = 200, Directives = CacheDirectives.Read([drawn.answer]) });
            var staleness = drawn.age - drawn.lifetime;
            var rules = new CacheRules { StaleIfLimited = drawn.limited, StaleIfError = drawn.error, IgnoreMustRevalidate = drawn.ignore };
            var decided = ReuseRule.Decide(request, facts, drawn.lifetime, drawn.age);
            if (decided == Reuse.Fresh)
            {
                drawn.age.ShouldBeLessThan(drawn.lifetime);
            }

            if (decided is Reuse.Stale or Reuse.StaleWhileRevalidate)
            {
                facts.Directives.MustRevalidate.ShouldBeFalse();
                (staleness <= request.MaxStale || staleness <= facts.Directives.StaleWhileRevalidate).ShouldBeTrue();
            }

            if (decided != Reuse.Validate)
            {
                (facts.Directives.NoCache || request.NoCache || drawn.age > request.MaxAge).ShouldBeFalse();
            }

            foreach (var isRefusal in new[] { true, false })
            {
                if (ReuseRule.StandsIn(request, facts, staleness, drawn.age, isRefusal, rules))
                {
                    (!ReuseRule.Forbids(facts) || drawn.ignore).ShouldBeTrue();
                    (staleness <= (isRefusal ? drawn.limited : facts.Directives.StaleIfError ?? request.StaleIfError ?? drawn.error)).ShouldBeTrue();
                    request.NoCache.ShouldBeFalse();
                }
            }
        });
    }

    [Fact]
    public void Nothing_that_says_no_store_is_ever_kept_however_it_is_said()
    {
        var cases = from before in Directives from after in Directives from said in Gen.Elements("no-store", "NO-STORE", " no-store ", "no-store=x") from isRequest in Gen.Elements(true, false) select (before, after, said, isRequest);

        Holds.For(cases, static drawn =>
        {
            var directives = CacheDirectives.Read([drawn.before, $"{drawn.said},{drawn.after}"]);
            directives.NoStore.ShouldBeTrue();
            var facts = new ResponseFacts { Status = 200, ETag = "\"e\"", Directives = drawn.isRequest ? default : directives };
            StoreRule.Keeps(drawn.isRequest ? directives : default, facts, CacheRules.Usual with { IgnoreMustRevalidate = true, Lifetime = TimeSpan.FromDays(1) }).ShouldBeFalse();
        });
    }

    [Fact]
    public void Whatever_an_upstream_writes_is_read()
    {
        var text = from characters in Gen.Elements('a', '"', ',', '=', '\\', ' ', '*', '0', '9', '-', 'W', '/', 'é', '\0').ListOf() select new string([.. characters]);
        var lines = from name in Gen.Elements("Cache-Control", "Vary", "ETag", "Expires", "Age", "Date", "Last-Modified", "Content-Range") from value in text select KeyValuePair.Create(name, value);

        Holds.For(from all in lines.ListOf() select all, static all =>
        {
            var facts = ResponseFacts.Read(200, [.. all]);
            var freshness = Freshness.Of(facts, cameAt: new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks, TimeSpan.FromSeconds(1), CacheRules.Usual with { Heuristic = true });
            freshness.Lifetime.ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
            freshness.InitialAge.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        });
    }
}
