using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Configuration;
using RateLimited.Http.History.Tests.Journal;

namespace RateLimited.Http.History.Tests.Recording;

/// <summary>A program with limited clients over real sockets, from its start to its end, and what is in its journal then.</summary>
public sealed class RecordedProgramTests : IDisposable
{
    private const string Secret = "CANARY-4711";
    private const string Hostile = "<img src=x onerror=alert(1)>\"'&\r\n\u202e";

    private readonly JournalDirectory _journal = new();

    [Fact]
    public async Task Every_refusal_and_every_request_is_in_the_journal_by_endpoint_tenant_and_key_and_no_secret_is()
    {
        var sent = 0;
        await using (var program = await StartAsync())
        {
            using var client = program.Services.GetRequiredService<IHttpClientFactory>().CreateClient("shop");
            var upstream = new Uri(program.Urls.First());
            for (var i = 0; i < 30; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(upstream, i % 2 == 0 ? "/orders/1" : "/other")).WithTenant(i % 3 == 0 ? Hostile : "acme");
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                sent += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
            }

            (await Refused(program, "keyed", endpoint: null)).ShouldBe(7);
            (await Refused(program, "keyed", "GET /lists")).ShouldBe(9);
            await program.StopAsync(TestContext.Current.CancellationToken);
            program.Services.GetRequiredService<RateLimitHistory>().Dropped.ShouldBe(0);
        }

        var records = await _journal.ReadAsync();
        var refusals = records.OfType<RefusalRecord>().ToList();
        refusals.Where(static refusal => refusal.Service == "shop").Sum(static refusal => refusal.Count).ShouldBe(30 - sent);
        refusals.Where(static refusal => refusal.Endpoint == "GET /orders/{id}").Sum(static refusal => refusal.Count).ShouldBe(13);
        refusals.Where(static refusal => refusal.Endpoint == "GET /orders/{id}").ShouldAllBe(static refusal => refusal.Limit == "2/hour");
        refusals.ShouldContain(static refusal => refusal.Tenant == Hostile);
        refusals.Where(static refusal => refusal.Service == "keyed").GroupBy(static refusal => (refusal.Key, refusal.Endpoint)).Select(static group => (group.Key, group.Sum(static refusal => refusal.Count)))
            .ShouldBe([(("key first", null), 7), (("key first", "GET /lists"), 9)], ignoreOrder: true);

        var usage = records.OfType<UsageRecord>().Where(static minute => minute.Service == "shop").ToList();
        usage.Sum(static minute => minute.Admitted).ShouldBe(sent);
        usage.Sum(static minute => minute.Refused).ShouldBe(30 - sent);
        usage.SelectMany(static minute => minute.Limits).Where(static limit => limit.Name == "2/hour").Max(static limit => limit.Peak).ShouldBe(2);
        records.OfType<UsageRecord>().Last(static minute => minute.Service == "keyed").Keys.ShouldBe([new KeyUsage("first", KeyState.Active, 4)]);
        foreach (var file in _journal.Files)
        {
            (await File.ReadAllTextAsync(file, Encoding.UTF8, TestContext.Current.CancellationToken)).ShouldNotContain(Secret);
        }
    }

    [Fact]
    public async Task What_is_pending_is_read_too()
    {
        await using var program = await StartAsync();
        var history = program.Services.GetRequiredService<RateLimitHistory>();
        await Refused(program, "keyed", endpoint: null);

        var read = 0L;
        await foreach (var record in history.ReadAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, TestContext.Current.CancellationToken))
        {
            read += record is RefusalRecord refusal ? refusal.Count : 0;
        }

        read.ShouldBe(7);
    }

    public void Dispose() => _journal.Dispose();

    /// <summary>Ten requests at once, and how many of them are refused.</summary>
    private static Task<int> Refused(WebApplication program, string service, string? endpoint)
    {
        var limiter = program.Services.GetRequiredKeyedService<IServiceRateLimiter>(service);
        var refused = 0;
        for (var i = 0; i < 10; i++)
        {
            using var lease = limiter.TryAcquire(new AdmissionRequest { Endpoint = endpoint }).Lease;
            refused += lease is null ? 1 : 0;
        }

        return Task.FromResult(refused);
    }

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("RateLimiting:History:Directory", _journal.Path)]);
        builder.Services.AddRateLimitHistory();
        builder.Services.AddHttpClient("shop").AddServiceRateLimiting(static shop =>
        {
            shop.Limit("20/hour").Endpoint("GET /orders/{id}", static orders => orders.Limit("2/hour"));
            shop.Queue.Timeout = TimeSpan.Zero;
            shop.Rejection = RejectionBehavior.Response;
            shop.Resilience.Enabled = false;
        });
        builder.Services.AddServiceRateLimiting("keyed", static keyed => keyed.Limit(new LimitOptions { Quota = 3, Window = TimeSpan.FromHours(1), Partition = PartitionBy.Key })
            .Endpoint("GET /lists", static lists =>
            {
                lists.ServiceLimits = false;
                lists.Limits.Add(new LimitOptions { Quota = 1, Window = TimeSpan.FromHours(1), Partition = PartitionBy.Key });
            })
            .ApiKeys(static keys => keys.Add("first", Secret)));
        var program = builder.Build();
        program.MapGet("/{**path}", static () => Results.Ok());
        await program.StartAsync(TestContext.Current.CancellationToken);
        return program;
    }
}
