using System.Globalization;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Tests.Signals;

/// <summary>When a quota that is used up returns.</summary>
public sealed class QuotaReturnTests
{
    [Theory]
    [InlineData("2026-01-15T12:00:00Z", "2026-01-16T08:00:00Z")]
    [InlineData("2026-07-15T06:59:59Z", "2026-07-15T07:00:00Z")]
    [InlineData("2026-07-15T07:00:00Z", "2026-07-16T07:00:00Z")]
    [InlineData("2026-03-08T09:00:00Z", "2026-03-09T07:00:00Z")]
    [InlineData("2026-11-01T08:00:00Z", "2026-11-02T08:00:00Z")]
    public void Googles_days_end_at_midnight_in_california(string now, string returns) => Of(QuotaHorizon.PacificMidnight, now, zone: null).ShouldBe(Instant(returns));

    [Theory]
    [InlineData("Europe/Berlin", "2026-07-15T21:59:59Z", "2026-07-15T22:00:00Z")]
    [InlineData("Asia/Kathmandu", "2026-07-15T12:00:00Z", "2026-07-15T18:15:00Z")]
    [InlineData("America/Santiago", "2026-09-06T03:00:00Z", "2026-09-06T04:00:00Z")]
    [InlineData("America/Havana", "2026-11-01T03:30:00Z", "2026-11-01T05:00:00Z")]
    public void An_accounts_days_end_where_it_is(string zone, string now, string returns) =>
        Of(QuotaHorizon.AccountMidnight, now, TimeZoneInfo.FindSystemTimeZoneById(zone)).ShouldBe(Instant(returns));

    [Theory]
    [InlineData("2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z")]
    [InlineData("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    public void A_period_of_billing_is_a_month(string now, string returns) => Of(QuotaHorizon.Billing, now, zone: null).ShouldBe(Instant(returns));

    [Fact]
    public void A_wait_is_added_and_what_nobody_knows_is_not_guessed()
    {
        var now = Instant("2026-01-15T12:00:00Z");
        QuotaReturn.Of(new Verdict(ResponseKind.Exhausted, ResponseScope.Key) { Horizon = QuotaHorizon.Wait, Wait = TimeSpan.FromHours(3) }, now, accountZone: null).ShouldBe(now.AddHours(3));
        Of(QuotaHorizon.Wait, "2026-01-15T12:00:00Z", zone: null).ShouldBeNull();
        Of(QuotaHorizon.AccountMidnight, "2026-01-15T12:00:00Z", zone: null).ShouldBeNull();
        Of(QuotaHorizon.Unknown, "2026-01-15T12:00:00Z", TimeZoneInfo.Utc).ShouldBeNull();
    }

    [Fact]
    public void It_is_always_later_than_now()
    {
        var random = new Random(5);
        string[] zones = ["UTC", "Pacific/Apia", "America/Los_Angeles", "Asia/Tehran", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo"];
        for (var i = 0; i < 20_000; i++)
        {
            var now = new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero);
            now = i % 2 == 0 ? new DateTimeOffset(DateTime.UnixEpoch.AddSeconds(random.NextInt64(4_000_000_000)), TimeSpan.Zero) : now;
            var zone = TimeZoneInfo.FindSystemTimeZoneById(zones[random.Next(zones.Length)]);
            var returns = QuotaReturn.Of(new Verdict(ResponseKind.Exhausted, ResponseScope.Key) { Horizon = QuotaHorizon.AccountMidnight }, now, zone)!.Value;

            if (now < DateTimeOffset.MaxValue.AddDays(-100))
            {
                (returns > now && returns - now < TimeSpan.FromHours(50)).ShouldBeTrue($"{now:O} in {zone.Id}: {returns:O}");
            }
        }
    }

    private static DateTimeOffset? Of(QuotaHorizon horizon, string now, TimeZoneInfo? zone) =>
        QuotaReturn.Of(new Verdict(ResponseKind.Exhausted, ResponseScope.Key) { Horizon = horizon }, Instant(now), zone);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
