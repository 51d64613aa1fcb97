using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>A paced limit through the whole handler, under time that only the test moves.</summary>
public sealed class PacedRequestTests
{
    [Fact]
    public async Task A_day_of_requests_that_all_come_in_the_morning_is_spread_over_the_day()
    {
        const int Quota = 48;
        var options = new ServiceRateLimitingOptions { ArrivalGuard = TimeSpan.Zero }.Limit("48/day fixed first-use pace even").Line(static line =>
        {
            line.Length = Quota;
            line.Timeout = TimeSpan.FromDays(2);
        });
        using var service = new LimitedService(DefinitionCompiler.Service("a", options));
        var began = service.Time.GetUtcNow();
        var went = new List<TimeSpan>();
        using var client = service.Over((_, _) =>
        {
            lock (went)
            {
                went.Add(service.Time.GetUtcNow() - began);
            }

            return Task.FromResult(new HttpResponseMessage());
        });

        var sent = Enumerable.Range(0, Quota).Select(_ => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://upstream.test/"), CancellationToken.None)).ToArray();
        for (var i = 0; i < Quota; i++)
        {
            if (i >= 2)
            {
                service.Time.Advance(TimeSpan.FromMinutes(30));
            }

            using var response = await sent[i].WithinDeadlineAsync();
        }

        // Two at once, and then one for each half hour: the last an hour before the day ends.
        went.ShouldBe(Enumerable.Range(0, Quota).Select(static i => TimeSpan.FromMinutes(30 * Math.Max(i - 1, 0))));
    }
}
