using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>Adaptive limits from configuration to what status shows of them.</summary>
public class AdaptiveOptionsTests
{
    [Theory]
    [InlineData("adaptive rate", 1_000_000)]
    [InlineData("adaptive rate initial 5", 5)]
    [InlineData("600/minute adaptive", 10)]
    [InlineData("600/minute adaptive initial 120", 2)]
    [InlineData("adaptive concurrency", 20)]
    [InlineData("adaptive concurrency initial 3000", 3000)]
    [InlineData("5 concurrent adaptive", 5)]
    [InlineData("50 concurrent adaptive min 30", 30)]
    [InlineData("adaptive throttle", 10)]
    public void Begin_where_they_are_told(string limit, long quota)
    {
        using var container = Configured.Container(configuration: null, services => services.AddServiceRateLimiting("a", service => service.Limit(limit)));

        container.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits.ShouldHaveSingleItem().Quota.ShouldBe(quota);
    }

    [Fact]
    public void The_example_in_the_document_is_right()
    {
        var document = File.ReadAllText(Repository.PathOf("docs/adaptive.md"));
        var example = document.Split("```json")[1].Split("```")[0];

        Configured.Faults(Configured.Json(example), static services => services.AddServiceRateLimiting("a", static service => service.Limit("5/s"))).ShouldBeEmpty();
    }

    [Fact]
    public void The_throttle_on_faults_is_on_unless_it_is_turned_off()
    {
        using var container = Configured.Container(
            Configured.Json("""{ "RateLimiting": { "Services": { "on": { "Limits": "5000/s" }, "off": { "Limits": "5000/s", "FaultThrottle": false } } } }"""),
            static services =>
            {
                services.AddServiceRateLimiting("on");
                services.AddServiceRateLimiting("off");
            });

        Faulty("on").ShouldBe("fault throttle");
        Faulty("off").ShouldBeNull();

        string? Faulty(string name)
        {
            var service = container.GetRequiredKeyedService<IServiceRateLimiter>(name);
            for (var i = 0; i < 10; i++)
            {
                service.Record(new RequestOutcome { Failed = true });
            }

            service.TryAcquire().Lease.ShouldNotBeNull();
            return service.TryAcquire().Limit;
        }
    }
}
