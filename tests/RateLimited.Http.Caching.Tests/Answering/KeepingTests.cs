using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>What is kept of bodies, what is forgotten, and what a hit costs.</summary>
public sealed class KeepingTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hit_costs_no_quota_and_gives_what_was_answered()
    {
        await using var program = await CachedProgram.StartAsync(limits: static service => service.Limit("1/hour"));
        program.Numbers("/a", ("Cache-Control", "max-age=60"), ("X-Of-The-Answer", "kept"), ("Set-Cookie", "a=b"), ("Content-Language", "en"));
        using var first = await program.SendAsync("/a");

        using var second = await program.SendAsync("/a");

        (await second.Content.ReadAsStringAsync(Ended)).ShouldBe("answer 1");
        (second.Headers.GetValues("X-Of-The-Answer").Single(), second.Content.Headers.ContentLanguage.Single()).ShouldBe(("kept", "en"));
        second.Headers.Contains("Set-Cookie").ShouldBeFalse();
        first.Headers.GetValues("Cache-Status").Single().ShouldBe("RateLimited.Http; fwd=uri-miss");
        second.Headers.GetValues("Cache-Status").Single().ShouldBe("RateLimited.Http; hit; ttl=60");
        program.Seen.Count.ShouldBe(1);
        var status = program.Cache.GetStatus();
        (status.Hits, status.Misses, status.Entries).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task A_head_is_answered_by_what_a_get_has_brought()
    {
        await using var program = await CachedProgram.StartAsync();
        program.Numbers("/a", ("Cache-Control", "max-age=60"), ("X-Of-The-Answer", "kept"));
        await program.GetAsync("/a");

        using var head = await program.SendAsync("/a", method: HttpMethod.Head);

        head.Headers.GetValues("X-Of-The-Answer").Single().ShouldBe("kept");
        (await head.Content.ReadAsByteArrayAsync(Ended)).ShouldBeEmpty();
        program.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_caller_gets_a_body_as_it_comes_and_what_breaks_off_is_not_kept()
    {
        await using var program = await CachedProgram.StartAsync();
        var (rest, broken) = (new TaskCompletionSource(), true);
        program.Answers("/a", async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.WriteAsync("begin", context.RequestAborted);
            await context.Response.Body.FlushAsync(Ended);
            await rest.Task.WaitAsync(Eventually.Deadline, Ended);
            if (broken)
            {
                context.Abort();
                return;
            }

            await context.Response.WriteAsync(" end", context.RequestAborted);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");

        using var response = await program.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ended).WithinDeadlineAsync();
        await using var body = await response.Content.ReadAsStreamAsync(Ended);
        var beginning = new byte[5];
        await body.ReadExactlyAsync(beginning, Ended).AsTask().WithinDeadlineAsync();
        Encoding.UTF8.GetString(beginning).ShouldBe("begin", "before its end was written");
        rest.SetResult();
        await body.CopyToAsync(Stream.Null, Ended).WithinDeadlineAsync().ShouldThrowAsync<Exception>();

        program.Cache.GetStatus().Entries.ShouldBe(0);
        broken = false;
        (await program.GetAsync("/a")).ShouldBe("begin end");
        (await program.GetAsync("/a")).ShouldBe("begin end");
        program.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_body_that_its_reader_leaves_is_not_kept()
    {
        await using var program = await CachedProgram.StartAsync();
        program.Numbers("/a", ("Cache-Control", "max-age=60"));
        using (var request = new HttpRequestMessage(HttpMethod.Get, "/a"))
        using (await program.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ended))
        {
        }

        program.Cache.GetStatus().Entries.ShouldBe(0);
        (await program.GetAsync("/a")).ShouldBe("answer 2");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_larger_than_is_kept_passes(bool saysItsLength)
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.MaxBody = 1024);
        var text = new string('x', 1025);
        program.Answers("/a", async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.ContentLength = saysItsLength ? text.Length : null;
            await context.Response.WriteAsync(text, context.RequestAborted);
        });

        (await program.GetAsync("/a")).ShouldBe(text);
        (await program.GetAsync("/a")).ShouldBe(text);

        program.Seen.Count.ShouldBe(2);
        program.Cache.GetStatus().Entries.ShouldBe(0);
    }

    [Theory]
    [InlineData("POST", "/a", null, true)]
    [InlineData("DELETE", "/a", null, true)]
    [InlineData("PURGE", "/a", null, true)]
    [InlineData("OPTIONS", "/a", null, false)]
    [InlineData("POST", "/b", null, false)]
    [InlineData("POST", "/b", "Location: /a", true)]
    [InlineData("POST", "/b", "Content-Location: /a", true)]
    [InlineData("POST", "/b", "Location: http://other.test/a", false)]
    [InlineData("POST", "/failing", "Location: /a", false)]
    public async Task What_may_have_changed_is_forgotten(string method, string path, string? told, bool forgotten)
    {
        await using var program = await CachedProgram.StartAsync();
        program.Numbers("/a", ("Cache-Control", "max-age=60"));
        await program.GetAsync("/a");
        program.Answers(path, async context =>
        {
            context.Response.StatusCode = path == "/failing" ? 500 : 201;
            if (told?.Split(": ") is [var name, var value])
            {
                context.Response.Headers[name] = value;
            }

            await context.Response.CompleteAsync();
        });

        using var changed = await program.SendAsync(path, method: new HttpMethod(method));

        program.Cache.GetStatus().Entries.ShouldBe(forgotten ? 0 : 1);
    }

    [Fact]
    public async Task A_confirmation_brings_new_headers_and_keeps_the_body()
    {
        await using var program = await CachedProgram.StartAsync();
        var version = 0;
        program.Answers("/a", async context =>
        {
            context.Response.Headers.ETag = "\"same\"";
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers["X-Version"] = (++version).ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (context.Request.Headers.IfNoneMatch == "\"same\"")
            {
                context.Response.StatusCode = 304;
                return;
            }

            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync("body", context.RequestAborted);
        });
        await program.GetAsync("/a");
        program.Time.Advance(TimeSpan.FromSeconds(90));

        using var confirmed = await program.SendAsync("/a");
        using var hit = await program.SendAsync("/a");

        foreach (var response in new[] { confirmed, hit })
        {
            (response.StatusCode, await response.Content.ReadAsStringAsync(Ended), response.Headers.GetValues("X-Version").Single(), response.Content.Headers.ContentType!.MediaType)
                .ShouldBe((HttpStatusCode.OK, "body", "2", "text/plain"));
        }

        confirmed.Headers.GetValues("Cache-Status").Single().ShouldBe("RateLimited.Http; fwd=stale; fwd-status=304");
        program.Seen.Count.ShouldBe(2);
        program.Cache.GetStatus().Confirmed.ShouldBe(1);
    }

    [Fact]
    public async Task A_confirmation_of_something_else_is_none()
    {
        await using var program = await CachedProgram.StartAsync();
        var asked = 0;
        program.Answers("/a", async context =>
        {
            context.Response.Headers.ETag = $"\"{++asked}\"";
            if (asked == 2)
            {
                context.Response.StatusCode = 304;
                return;
            }

            await context.Response.WriteAsync($"answer {asked}", context.RequestAborted);
        });
        await program.GetAsync("/a");

        (await program.GetAsync("/a")).ShouldBe("answer 3");
        program.Seen.Last().IfNoneMatch.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_caller_that_keeps_answers_itself_is_told_that_they_hold()
    {
        await using var program = await CachedProgram.StartAsync();
        program.Numbers("/a", ("Cache-Control", "max-age=60"), ("ETag", "W/\"x\""));
        await program.GetAsync("/a");

        using var held = await program.SendAsync("/a", static request => request.Headers.TryAddWithoutValidation("If-None-Match", "\"y\", \"x\""));
        using var other = await program.SendAsync("/a", static request => request.Headers.TryAddWithoutValidation("If-None-Match", "\"y\""));
        program.Time.Advance(TimeSpan.FromSeconds(61));
        using var late = await program.SendAsync("/a", static request => request.Headers.TryAddWithoutValidation("If-None-Match", "W/\"x\""));

        (held.StatusCode, (await held.Content.ReadAsByteArrayAsync(Ended)).Length).ShouldBe((HttpStatusCode.NotModified, 0));
        (other.StatusCode, await other.Content.ReadAsStringAsync(Ended)).ShouldBe((HttpStatusCode.OK, "answer 1"));
        late.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        program.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_confirmation_that_the_upstream_does_not_count_costs_nothing()
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.FreeValidation = true, static service => service.Limit("2/hour"));
        program.Numbers("/a", ("ETag", "\"x\""));
        for (var i = 0; i < 10; i++)
        {
            (await program.GetAsync("/a")).ShouldBe("answer 1");
        }

        program.Seen.Count.ShouldBe(10);
        program.Limiter.EstimateWait().ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_caller_that_blocks_is_answered_too()
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.Collapse = TimeSpan.FromSeconds(1));
        program.Numbers("/a", ("Cache-Control", "max-age=60"));

        await Task.Run(() =>
        {
            for (var i = 0; i < 2; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
                using var response = program.Client.Send(request, Ended);
                using var reader = new StreamReader(response.Content.ReadAsStream(Ended));
                reader.ReadToEnd().ShouldBe("answer 1");
            }
        }, Ended).WithinDeadlineAsync();
    }
}
