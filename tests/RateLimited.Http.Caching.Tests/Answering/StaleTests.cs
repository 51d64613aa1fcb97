using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>An old answer rather than a refusal.</summary>
public sealed class StaleTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RejectionBehavior.Throw)]
    [InlineData(RejectionBehavior.Response)]
    public async Task When_the_quota_is_used_up(RejectionBehavior rejection)
    {
        await using var program = await CachedProgram.StartAsync(limits: service =>
        {
            service.Limit("1/day").Line(static line => line.Timeout = TimeSpan.FromSeconds(1));
            service.Rejection = rejection;
        });
        program.Numbers("/a", ("Cache-Control", "max-age=60"));
        await program.GetAsync("/a");
        program.Time.Advance(TimeSpan.FromSeconds(90));

        using var old = await program.SendAsync("/a");

        (old.StatusCode, await old.Content.ReadAsStringAsync(Ended), old.Headers.Age).ShouldBe((HttpStatusCode.OK, "answer 1", TimeSpan.FromSeconds(90)));
        old.Headers.GetValues("Cache-Status").Single().ShouldBe("RateLimited.Http; hit; ttl=-30; detail=stale-limited");
        program.Seen.Count.ShouldBe(1);
        program.Cache.GetStatus().Stale.ShouldBe(1);
    }

    [Theory]
    [InlineData(429, "max-age=60", 90, null, true)]
    [InlineData(429, "max-age=60", 3_661, null, false)]
    [InlineData(429, "max-age=60, must-revalidate", 90, null, false)]
    [InlineData(429, "no-cache", 90, null, false)]
    [InlineData(429, "max-age=60, must-revalidate", 90, "ignore", true)]
    [InlineData(429, "no-cache", 90, "ignore", true)]
    [InlineData(429, "no-store", 90, "ignore", false)]
    [InlineData(429, "max-age=60", 90, "Cache-Control: no-cache", false)]
    [InlineData(429, "max-age=60", 90, "Cache-Control: max-age=80", false)]
    [InlineData(429, "", 90, null, true)]
    [InlineData(503, "max-age=60", 90, null, false)]
    [InlineData(503, "max-age=60, stale-if-error=30", 90, null, true)]
    [InlineData(503, "max-age=60, stale-if-error=29", 90, null, false)]
    [InlineData(503, "max-age=60, stale-if-error=60, must-revalidate", 90, null, false)]
    [InlineData(503, "max-age=60", 90, "Cache-Control: stale-if-error=30", true)]
    [InlineData(503, "max-age=60", 90, "option", true)]
    [InlineData(404, "max-age=60, stale-if-error=60", 90, "option", false)]
    public async Task When_the_upstream_refuses_or_fails(int status, string said, int later, string? with, bool given)
    {
        await using var program = await CachedProgram.StartAsync(cache =>
        {
            cache.IgnoreMustRevalidate = with == "ignore";
            cache.StaleIfError = with == "option" ? TimeSpan.FromMinutes(1) : TimeSpan.Zero;
        });
        var answer = 200;
        program.Answers("/a", async context =>
        {
            context.Response.StatusCode = answer;
            context.Response.Headers.CacheControl = said;
            await context.Response.WriteAsync("answer", context.RequestAborted);
        });
        await program.GetAsync("/a");
        program.Time.Advance(TimeSpan.FromSeconds(later));
        answer = status;

        using var response = await program.SendAsync("/a", request =>
        {
            if (with?.StartsWith("Cache-Control: ", StringComparison.Ordinal) == true)
            {
                request.Headers.TryAddWithoutValidation("Cache-Control", with["Cache-Control: ".Length..]);
            }
        });

        ((int)response.StatusCode).ShouldBe(given ? 200 : status);
        program.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task When_the_circuit_is_open()
    {
        await using var program = await CachedProgram.StartAsync();
        program.Numbers("/a");
        await program.GetAsync("/a");
        program.Services.GetRequiredKeyedService<IServiceCircuit>(CachedProgram.Service).Isolate();

        (await program.GetAsync("/a")).ShouldBe("answer 1");
        program.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task When_nobody_answers_and_the_upstream_said_that_it_may_be()
    {
        await using var program = await CachedProgram.StartAsync();
        program.Answers("/a", async context =>
        {
            if (program.Seen.Count > 1)
            {
                context.Abort();
                return;
            }

            context.Response.Headers.CacheControl = "max-age=1, stale-if-error=600";
            await context.Response.WriteAsync("answer", context.RequestAborted);
        });
        await program.GetAsync("/a");
        program.Time.Advance(TimeSpan.FromSeconds(2));

        using var response = await program.SendAsync("/a");

        response.Headers.GetValues("Cache-Status").Single().ShouldBe("RateLimited.Http; hit; ttl=-1; detail=stale-failed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_wait_would_be_longer_than_it_is_worth(bool hasOld)
    {
        await using var program = await CachedProgram.StartAsync(
            static cache => cache.StaleAfterWait = TimeSpan.FromSeconds(2),
            static service => service.Limit("1/minute").Resilient(static it => it.Retry.MaxRetries = 0));
        program.Numbers("/a");
        program.Numbers("/b");
        await program.GetAsync(hasOld ? "/a" : "/b");

        var asking = program.GetAsync("/a");
        if (hasOld)
        {
            (await asking).ShouldBe("answer 1");
            program.Seen.Count.ShouldBe(1);
        }
        else
        {
            await Eventually.TrueAsync(() => program.Limiter.GetStatus().Line.Sum(static line => line.Waiting) == 1);
            program.Time.Advance(TimeSpan.FromMinutes(2));
            (await asking).ShouldBe("answer 1");
            program.Seen.Count.ShouldBe(2);
        }
    }

    [Fact]
    public async Task While_it_is_asked_for_anew_as_the_upstream_said_that_it_may_be()
    {
        await using var program = await CachedProgram.StartAsync();
        var newer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        program.Answers("/a", async context =>
        {
            var isFirst = program.Seen.Count == 1;
            if (!isFirst)
            {
                await newer.Task.WaitAsync(Eventually.Deadline, context.RequestAborted);
            }

            context.Response.Headers.CacheControl = "max-age=60, stale-while-revalidate=30";
            await context.Response.WriteAsync(isFirst ? "old" : "new", context.RequestAborted);
        });
        await program.GetAsync("/a");
        program.Time.Advance(TimeSpan.FromSeconds(75));

        for (var i = 0; i < 3; i++)
        {
            using var old = await program.SendAsync("/a");
            (await old.Content.ReadAsStringAsync(Ended)).ShouldBe("old");
            old.Headers.GetValues("Cache-Status").Single().ShouldBe("RateLimited.Http; hit; ttl=-15; detail=stale-revalidating");
        }

        await Eventually.TrueAsync(() => program.Seen.Count == 2);
        newer.SetResult();
        using var soon = new CancellationTokenSource(Eventually.Deadline);
        while (await KeptAsync() != "new")
        {
            soon.Token.ThrowIfCancellationRequested();
        }

        program.Seen.Count.ShouldBe(2, "once, and not for each that got the old one");

        async Task<string> KeptAsync() => await program.GetAsync("/a", static request => request.Headers.TryAddWithoutValidation("Cache-Control", "only-if-cached, max-stale=30"));
    }

    [Fact]
    public async Task A_caller_who_gave_up_gets_nothing_old()
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.StaleIfError = TimeSpan.FromHours(1));
        program.Numbers("/a");
        await program.GetAsync("/a");
        program.Answers("/a", _ => program.EndingAsync());
        using var giveUp = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
        var asking = program.Client.SendAsync(request, giveUp.Token);
        await Eventually.TrueAsync(() => program.Seen.Count == 2);

        await giveUp.CancelAsync();

        await asking.WithinDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();
    }
}
