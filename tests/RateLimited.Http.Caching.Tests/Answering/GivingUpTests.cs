using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Caching.Answering;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Caching.Tests.Answering;

/// <summary>Wherever somebody gives up, the others are answered, and nothing is left behind.</summary>
public sealed class GivingUpTests
{
    private const int Waiting = 3;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("who asks", true)]
    [InlineData("who asks", false)]
    [InlineData("who waits", true)]
    [InlineData("who waits", false)]
    [InlineData("everybody", true)]
    [InlineData("everybody", false)]
    public async Task At_every_step(string who, bool hasLength)
    {
        for (var at = 1; at <= SlowUpstream.Steps; at++)
        {
            await AtAsync(at, who, hasLength);
        }
    }

    [Fact]
    public async Task Who_drops_an_answer_that_was_read_by_its_headers_leaves_nothing_behind()
    {
        using var upstream = new SlowUpstream(hasLength: false, static _ => { });
        await using var program = await CachedProgram.StartAsync(static cache => cache.Collapse = TimeSpan.FromMinutes(1), client: client => client.ConfigurePrimaryHttpMessageHandler(() => upstream));
        var cache = (CachedService)program.Cache;
        upstream.Release();

        await ReadAByteAsync(program.Client);
        cache.Room.Taken.ShouldBe(1);
        cache.Flights.Count.ShouldBe(1);
        var waiting = program.Client.GetByteArrayAsync("/a", Ended);

        await Eventually.TrueAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return waiting.IsCompleted;
        });
        (await waiting).ShouldBe([0, 1, 2, 3]);
        cache.Room.Taken.ShouldBe(0);
        cache.Flights.Count.ShouldBe(0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ReadAByteAsync(HttpClient client)
    {
        var response = await client.GetAsync("/a", HttpCompletionOption.ResponseHeadersRead, Ended).WithinDeadlineAsync();
        var body = await response.Content.ReadAsStreamAsync(Ended);
        (await body.ReadAsync(new byte[1], Ended)).ShouldBe(1);
    }

    private static async Task AtAsync(int at, string who, bool hasLength)
    {
        var givingUp = Enumerable.Range(0, 1 + Waiting).Select(static _ => new CancellationTokenSource()).ToArray();
        CancellationTokenSource[] those = who switch { "who asks" => [givingUp[0]], "who waits" => [givingUp[1]], _ => givingUp };
        var hasGivenUp = false;
        using var upstream = new SlowUpstream(hasLength, step =>
        {
            if (step == at)
            {
                hasGivenUp = true;
                Array.ForEach(those, static one => one.Cancel());
            }
        });
        await using var program = await CachedProgram.StartAsync(
            static cache => cache.Collapse = TimeSpan.FromMinutes(1), client: client => client.ConfigurePrimaryHttpMessageHandler(() => upstream));
        var cache = (CachedService)program.Cache;
        var asking = new List<Task<byte[]>> { program.Client.GetByteArrayAsync("/a", givingUp[0].Token) };
        await upstream.ReachedAsync().WithinDeadlineAsync();
        asking.AddRange(givingUp[1..].Select(one => program.Client.GetByteArrayAsync("/a", one.Token)));

        upstream.Release();
        foreach (var (answer, mayFail) in asking.Zip(givingUp, (answer, one) => (answer, those.Contains(one))))
        {
            await ShouldBeWholeAsync(answer, mayFail);
        }

        // An answer that says its length is whole before its end has been read; then nobody gives up.
        (hasGivenUp || (hasLength && at == SlowUpstream.Steps)).ShouldBeTrue($"step {at}");
        await Eventually.TrueAsync(() => cache.Flights.Count == 0 && cache.Room.Taken == 0);
        await ShouldBeWholeAsync(program.Client.GetByteArrayAsync("/a", Ended), mayFail: false);
        cache.Store.Figures.Entries.ShouldBe(1);
        upstream.Requests.ShouldBeInRange(1, who switch { "who asks" => 2, "who waits" => 1, _ => 1 + Waiting }, $"step {at}");
        Array.ForEach(givingUp, static one => one.Dispose());
    }

#pragma warning disable VSTHRD003 // Tests have no context to lock.
    private static async Task ShouldBeWholeAsync(Task<byte[]> answer, bool mayFail)
    {
        try
        {
            (await answer.WithinDeadlineAsync()).ShouldBe([0, 1, 2, 3]);
        }
        catch (OperationCanceledException) when (mayFail)
        {
        }
    }
#pragma warning restore VSTHRD003
}
