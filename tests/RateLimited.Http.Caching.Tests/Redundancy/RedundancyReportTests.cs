using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Caching.Redundancy;
using RateLimited.Http.Caching.Tests.Answering;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Caching.Tests.Redundancy;

/// <summary>What a program is told of its requests.</summary>
public sealed class RedundancyReportTests
{
    [Fact]
    public async Task Repeats_are_counted_and_a_cache_recommended()
    {
        using var logs = new LogCollector();
        await using var program = await WithReportAsync(logs: logs);
        program.Numbers("/repos/1");
        for (var i = 0; i < 120; i++)
        {
            program.Time.Advance(TimeSpan.FromMinutes(1));
            await program.GetAsync("/repos/1");
        }

        var report = ReportOf(program);

        report.Requests.ShouldBe(120);
        report.Windows.Select(static window => Math.Round(window.Share, 2)).ShouldBe([0.99, 0.99, 0.99, 0.99]);
        report.Top.Single().Endpoint.ShouldBe("GET /repos/{id}");
        report.Top.Single().Requests.ShouldBe(120);
        report.Savings.Single(static saving => saving.Lifetime == TimeSpan.FromMinutes(5)).Requests.ShouldBe(96);
        report.SuggestedLifetime.ShouldBe(TimeSpan.FromMinutes(15));
        var saving = report.Savings.Single(static saving => saving.Lifetime == TimeSpan.FromMinutes(15));
        (saving.Requests, saving.Units["requests"], Math.Round(saving.Units["usd"], 6)).ShouldBe((112, 112, 0.112));
        report.IsWorthIt.ShouldBeTrue();
        report.Verdict.ShouldStartWith("A cache is worth it: with a lifetime of 00:15:00 it would have answered 93 % of 120 requests, and saved 112 requests of quota");
        logs.Entries.Count(static entry => entry.Message.StartsWith("Redundant requests of api: ", StringComparison.Ordinal)).ShouldBe(2, "once an hour");
    }

    [Theory]
    [InlineData("/a?b=1&c=2", "/a?c=2&b=1", true)]
    [InlineData("/a?api_key=one", "/a?api_key=two", true)]
    [InlineData("/a?mine=one", "/a?mine=two", true)]
    [InlineData("/a?page=1", "/a?page=2", false)]
    [InlineData("/a", "/b", false)]
    [InlineData("/A", "/a", false)]
    public void Addresses_are_the_same_but_for_their_order_and_their_secrets(string one, string other, bool same)
    {
        var rules = new RedundancyRules { SecretParameters = new HashSet<string>(["mine", "api_key"], StringComparer.OrdinalIgnoreCase) };

        (AddressOf(one) == AddressOf(other)).ShouldBe(same);
        AddressOf(one).ShouldNotContain("one");

        string AddressOf(string path) => RequestFingerprint.AddressOf(new Uri($"https://upstream.test{path}"), rules);
    }

    [Fact]
    public async Task Requests_are_told_apart_by_their_bodies_and_by_who_asks()
    {
        await using var program = await WithReportAsync();
        program.Answers("/a", static context => context.Response.WriteAsync("it", context.RequestAborted));
        foreach (var (body, tenant) in new[] { ("one", "x"), ("two", "x"), ("one", "y"), ("one", "x") })
        {
            using var response = await program.SendAsync("/a", request => request.WithTenant(tenant).Content = new StringContent(body), HttpMethod.Post);
        }

        using var large = await program.SendAsync("/a", static request => request.Content = new ByteArrayContent(new byte[70_000]), HttpMethod.Post);

        var report = ReportOf(program);
        (report.Requests, report.Unread).ShouldBe((5, 1));
        report.Top.Single().ShouldBe(new RepeatedRequest("POST *", report.Top[0].Fingerprint, 2));
        report.Savings.ShouldAllBe(static saving => saving.Requests == 0, "no cache of responses answers a POST");
        report.Verdict.ShouldBe("Too little was seen to say whether a cache is worth it: 5 requests, and it takes 100.");
    }

    [Fact]
    public async Task What_forbids_to_be_kept_would_not_be_saved()
    {
        await using var program = await WithReportAsync();
        program.Numbers("/repos/1", ("Cache-Control", "no-store"));
        for (var i = 0; i < 100; i++)
        {
            await program.GetAsync("/repos/1");
        }

        var report = ReportOf(program);
        report.IsWorthIt.ShouldBeFalse();
        report.Verdict.ShouldBe("A cache is not worth it: it would have answered 0.0 % of 100 requests; 99 % of all repeat others whose answers say no-store.");
    }

    [Fact]
    public async Task What_the_cache_answers_does_not_go_to_the_service()
    {
        await using var program = await WithReportAsync();
        program.Numbers("/repos/1", ("Cache-Control", "max-age=60"));
        for (var i = 0; i < 10; i++)
        {
            await program.GetAsync("/repos/1");
        }

        ReportOf(program).Requests.ShouldBe(1);
        program.Cache.GetStatus().Hits.ShouldBe(9);
    }

    private static RedundancyReport ReportOf(CachedProgram program) => program.Services.GetRequiredKeyedService<IRedundancyReporter>(CachedProgram.Service).GetReport();

    private static Task<CachedProgram> WithReportAsync(LogCollector? logs = null) => CachedProgram.StartAsync(
        limits: static service =>
        {
            service.Limit("100000/second").Resilient(static it => it.Retry.MaxRetries = 0);
            service.Endpoints["GET /repos/{id}"] = new EndpointOptions { Costs = { ["usd"] = 0.001m } };
        },
        client: static client => client.AddRedundancyReport(),
        logs: logs);
}
