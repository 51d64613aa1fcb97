using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>Nobody gets what was answered to another.</summary>
public sealed class IdentityTests
{
    [Theory]
    [InlineData("tenant")]
    [InlineData("partition")]
    [InlineData("identity")]
    [InlineData("Authorization")]
    [InlineData("X-Whatever-Token")]
    public async Task What_says_who_asks_parts_answers(string by)
    {
        var identity = new AsyncLocal<string?>();
        await using var program = await CachedProgram.StartAsync(cache => cache.Identity = _ => identity.Value);
        program.Numbers("/a", ("Cache-Control", "public, max-age=60"));

        (await AskAsync("one")).ShouldBe("answer 1");
        (await AskAsync("two")).ShouldBe("answer 2");
        (await AskAsync("one")).ShouldBe("answer 1");

        Task<string> AskAsync(string who)
        {
            identity.Value = by == "identity" ? who : null;
            return program.GetAsync("/a", request => _ = by switch
            {
                "tenant" => request.WithTenant(who),
                "partition" => request.WithPartition(who),
                "identity" => request,
                _ => request.Headers.TryAddWithoutValidation(by, who) ? request : null,
            });
        }
    }

    [Fact]
    public async Task A_header_that_says_nothing_of_who_asks_can_be_named()
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.IgnoredHeaders.Add("X-Request-Start"));
        program.Numbers("/a", ("Cache-Control", "max-age=60"));

        await program.GetAsync("/a", static request => request.Headers.Add("X-Request-Start", "1"));

        (await program.GetAsync("/a", static request => request.Headers.Add("X-Request-Start", "2"))).ShouldBe("answer 1");
    }

    [Theory]
    [InlineData("Authorization", false)]
    [InlineData("X-Api-Key", false)]
    [InlineData("traceparent", true)]
    public async Task What_a_handler_further_in_makes_somebodys_is_not_kept_for_the_next(string header, bool kept)
    {
        var who = new AsyncLocal<string?>();
        await using var program = await CachedProgram.StartAsync(client: client => client.AddHttpMessageHandler(() => new Signing(header, who)));
        program.Numbers("/a", ("Cache-Control", "public, max-age=60"));
        who.Value = "one";
        await program.GetAsync("/a");
        who.Value = "two";

        (await program.GetAsync("/a")).ShouldBe(kept ? "answer 1" : "answer 2");
    }

    [Fact]
    public async Task What_a_redirect_leads_to_is_not_kept_for_the_address_that_led_there()
    {
        await using var program = await CachedProgram.StartAsync();
        program.Numbers("/there", ("Cache-Control", "max-age=60"));
        program.Answers("/here", static context =>
        {
            context.Response.Redirect("/there");
            return Task.CompletedTask;
        });

        (await program.GetAsync("/here")).ShouldBe("answer 1");

        (await program.GetAsync("/here")).ShouldBe("answer 2");
        program.Seen.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Keys_of_a_pool_are_none_of_the_callers_and_share_answers()
    {
        await using var program = await CachedProgram.StartAsync(limits: static service =>
        {
            service.Limit("100/second").Resilient(static it => it.Retry.MaxRetries = 0);
            service.Keys.List.Add(new KeyOptions { Name = "first", Value = ApiKey.Create("sk-first") });
            service.Keys.List.Add(new KeyOptions { Name = "second", Value = ApiKey.Create("sk-second") });
            service.Keys.Selection = KeySelection.RoundRobin;
        });
        program.Numbers("/a", ("Cache-Control", "max-age=60"));
        program.Numbers("/b");
        await program.GetAsync("/a");
        await program.GetAsync("/b");

        (await program.GetAsync("/a")).ShouldBe("answer 1");

        program.Seen.Select(static headers => headers.Authorization.ToString()).ShouldBe(["Bearer sk-first", "Bearer sk-second"], ignoreOrder: true);
    }

    private sealed class Signing(string header, AsyncLocal<string?> who) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation(header, who.Value);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
