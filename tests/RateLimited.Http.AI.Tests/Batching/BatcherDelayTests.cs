using RateLimited.Http.Tests.Pipeline;
using static RateLimited.Http.AI.Tests.Batching.BatchBed;

namespace RateLimited.Http.AI.Tests.Batching;

/// <summary>What batching adds to the time of an item, in virtual time and to the tick.</summary>
public sealed class BatcherDelayTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_item_waits_longer_for_company_than_the_delay(int seed)
    {
        var random = new Random(seed);
        var delay = Ms(random.Next(0, 40));
        var mostItems = random.Next(2, 30);
        await using var bed = new BatchBed(options => (options.MaxDelay, options.MaxItems, options.MaxConcurrentCalls) = (delay, mostItems, 1_000));
        var came = new List<TimeSpan>();
        var all = new List<Task<int>>();
        for (var item = 0; item < 400; item++)
        {
            await PassAsync(TimeSpan.FromTicks(random.Next(3) == 0 ? 0 : random.Next((int)TimeSpan.TicksPerMillisecond * 5)));
            came.Add(TimeSpan.FromTicks(bed.Time.GetTimestamp()));
            all.Add(bed.Run(item));
            await SettleAsync();
        }

        await PassAsync(delay);
        await Task.WhenAll(all).WithinDeadlineAsync();

        foreach (var call in bed.Calls)
        {
            call.Items.Count.ShouldBeLessThanOrEqualTo(mostItems);
            call.Items.ShouldAllBe(item => call.At - came[item] <= delay, $"a delay of {delay}");
        }

        bed.Calls.SelectMany(static call => call.Items).Order().ShouldBe(Enumerable.Range(0, 400));

        // From timer to timer, so that a call which one starts sees its own instant.
        async Task PassAsync(TimeSpan span)
        {
            while (bed.Time.UntilNextTimer is { } next && next <= span)
            {
                bed.Time.Advance(next);
                span -= next;
                await SettleAsync();
            }

            bed.Time.Advance(span);
        }

        Task SettleAsync() => Eventually.TrueAsync(() => bed.Batcher.Queued + bed.Calls.Sum(static call => call.Items.Count) == came.Count);
    }
}
