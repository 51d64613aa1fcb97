using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Tests.Keys.Canary;

namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>What a request or an answer holds shows nowhere but in the answer.</summary>
public sealed class SecretsTests
{
    /// <summary>The platform's own logs and spans show addresses, whoever is asked.</summary>
    private static readonly string[] Ours = ["log RateLimited", "activity source RateLimited", "meter RateLimited", "metric", "report", "top", "savings", "status"];

    /// <summary>The scope that the factory of clients puts around whatever its clients log.</summary>
    private const string ClientsScope = "{OriginalFormat}=HTTP {HttpMethod} {Uri}";

    [Fact]
    public async Task Nothing_of_addresses_headers_and_bodies_is_ever_said()
    {
        const string Secret = "CANARY-9f31c0de-caching";
        using var sweep = new Sweep(Secret);
        await using var program = await CachedProgram.StartAsync(static cache => cache.Collapse = TimeSpan.FromSeconds(1), client: static client => client.AddRedundancyReport(), logs: sweep);

        using var metrics = new RateLimited.Http.Testing.MetricCollector(program.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        program.Answers($"/{Secret}", static async context =>
        {
            context.Response.Headers.ETag = $"\"{Secret}\"";
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.WriteAsync(Secret, context.RequestAborted);
        });
        for (var i = 0; i < 3; i++)
        {
            program.Time.Advance(TimeSpan.FromMinutes(40));
            (await program.GetAsync($"/{Secret}?api_key={Secret}&q={Secret}", static request => request.WithTenant(Secret).Headers.Add("Authorization", Secret))).ShouldBe(Secret);
            using var posted = await program.SendAsync($"/{Secret}", static request => request.WithTenant(Secret).Content = new StringContent(Secret), HttpMethod.Post);
        }

        metrics.Collect();
        foreach (var measured in metrics.Measurements)
        {
            sweep.Hear("metric", measured.Series);
        }

        var report = program.Services.GetRequiredKeyedService<IRedundancyReporter>(CachedProgram.Service).GetReport();
        sweep.Hear("report", report);
        sweep.Hear("top", report.Top);
        sweep.Hear("savings", report.Savings.SelectMany(static saving => saving.Units.Keys));
        sweep.Hear("status", program.Cache.GetStatus());
        sweep.Found.Where(static found => Array.Exists(Ours, ours => found.StartsWith(ours, StringComparison.Ordinal)) && !found.Contains(ClientsScope, StringComparison.Ordinal)).ShouldBeEmpty();
        sweep.Sources.ShouldContain("log RateLimited.Http");
        metrics.Measurements.ShouldContain(static measured => measured.Series == "rate_limit.cache.requests{service=api,result=miss}");
        metrics.Measurements.ShouldContain(static measured => measured.Series == "rate_limit.redundancy.ratio{service=api,window=1m}");
    }
}
