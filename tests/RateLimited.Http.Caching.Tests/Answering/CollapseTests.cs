using Microsoft.AspNetCore.Http;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>Many who ask the same at once.</summary>
public sealed class CollapseTests
{
    private const int Callers = 20;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_asks_and_all_are_answered()
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.Collapse = TimeSpan.FromMinutes(1));
        var (answer, asking) = (Held(program, "max-age=60"), Many(program));
        await Eventually.TrueAsync(() => program.Seen.Count == 1);

        answer.SetResult();

        (await Task.WhenAll(asking).WithinDeadlineAsync()).ShouldAllBe(static body => body == "answer");
        program.Seen.Count.ShouldBe(1);
        var status = program.Cache.GetStatus();
        (status.Misses, status.Hits).ShouldBe((1, Callers - 1));
        status.Shared.ShouldBeInRange(0, Callers - 1);
    }

    [Fact]
    public async Task Who_gives_up_hurts_nobody()
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.Collapse = TimeSpan.FromMinutes(1));
        var answer = Held(program, "max-age=60");
        using var giveUp = new CancellationTokenSource();
        using var first = new HttpRequestMessage(HttpMethod.Get, "/a");
        var leader = program.Client.SendAsync(first, giveUp.Token);
        await Eventually.TrueAsync(() => program.Seen.Count == 1);
        using var second = new HttpRequestMessage(HttpMethod.Get, "/a");
        var follower = program.Client.SendAsync(second, giveUp.Token);
        var others = Many(program);

        await giveUp.CancelAsync();
        await leader.WithinDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();
        await follower.WithinDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();
        await Eventually.TrueAsync(() => program.Seen.Count == 2);
        answer.SetResult();

        (await Task.WhenAll(others).WithinDeadlineAsync()).ShouldAllBe(static body => body == "answer");
        program.Seen.Count.ShouldBe(2, "another has taken the place of the one who gave up");
    }

    [Theory]
    [InlineData("no-store", 200)]
    [InlineData("max-age=60", 500)]
    public async Task What_is_not_for_others_is_asked_for_by_each(string said, int status)
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.Collapse = TimeSpan.FromMinutes(1));
        var (answer, asking) = (Held(program, said, status), Enumerable.Range(0, Callers).Select(_ => program.SendAsync("/a")).ToArray());
        await Eventually.TrueAsync(() => !program.Seen.IsEmpty);

        answer.SetResult();

        foreach (var response in await Task.WhenAll(asking).WithinDeadlineAsync())
        {
            ((int)response.StatusCode).ShouldBe(status);
            response.Dispose();
        }

        program.Seen.Count.ShouldBe(Callers);
    }

    [Fact]
    public async Task Who_has_written_does_not_read_what_was_asked_for_before()
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.Collapse = TimeSpan.FromMinutes(1));
        var (answer, reading) = (Held(program, "max-age=60"), program.GetAsync("/a"));
        await Eventually.TrueAsync(() => program.Seen.Count == 1);
        program.Answers("/b", static context =>
        {
            context.Response.Headers.Location = "/a";
            return Task.CompletedTask;
        });
        using var written = await program.SendAsync("/b", method: HttpMethod.Put);
        var readingAfter = program.GetAsync("/a");

        answer.SetResult();

        (await reading.WithinDeadlineAsync(), await readingAfter.WithinDeadlineAsync()).ShouldBe(("answer", "answer"));
        program.Seen.Count.ShouldBe(3, "who reads after has asked anew");
    }

    [Fact]
    public async Task Nobody_waits_longer_than_it_was_said()
    {
        await using var program = await CachedProgram.StartAsync(static cache => cache.Collapse = TimeSpan.FromSeconds(5));
        program.Answers("/a", async context =>
        {
            if (program.Seen.Count == 1)
            {
                await program.EndingAsync();
                return;
            }

            await context.Response.WriteAsync("answer", context.RequestAborted);
        });
        using var giveUp = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
        var hanging = program.Client.SendAsync(request, giveUp.Token);
        await Eventually.TrueAsync(() => program.Seen.Count == 1);
        var patient = program.GetAsync("/a");

        // It has begun to wait before its task was handed over.
        program.Time.Advance(TimeSpan.FromSeconds(5));

        (await patient).ShouldBe("answer");
        await giveUp.CancelAsync();
        await hanging.WithinDeadlineAsync().ShouldThrowAsync<OperationCanceledException>();
    }

    private static Task<string>[] Many(CachedProgram program) => [.. Enumerable.Range(0, Callers).Select(_ => program.GetAsync("/a"))];

    /// <summary>Answers all at once, when the test says so.</summary>
    private static TaskCompletionSource Held(CachedProgram program, string cacheControl, int status = 200)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        program.Answers("/a", async context =>
        {
            await answer.Task.WaitAsync(Eventually.Deadline, context.RequestAborted);
            context.Response.StatusCode = status;
            context.Response.Headers.CacheControl = cacheControl;
            await context.Response.WriteAsync("answer", context.RequestAborted);
        });
        return answer;
    }
}
