using System.Collections.Concurrent;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Batching;

/// <summary>Many threads, callers that leave at any moment, calls that fail in every way: each caller gets its own result or its own reason, once.</summary>
public sealed class BatcherRaceTests
{
    private const int Threads = 4;
    private const int Each = 1_500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Nobody_is_lost_doubled_or_given_anothers_result(int seed)
    {
        var sent = new ConcurrentDictionary<int, int>();
        var options = new BatcherOptions<int>
        {
            MaxItems = 16,
            MaxCost = 60,
            Cost = static item => item % 9,
            MaxDelay = TimeSpan.FromMilliseconds(1),
            MaxConcurrentCalls = 3,
            QueueLength = 100,
            Lane = static item => item % 3,
        };
        var dice = new ConcurrentBag<Random>();
        await using var batcher = new Batcher<int, int>(CallAsync, options);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() => ProduceAsync(thread)))).WithPatienceAsync();

        foreach (var (item, result) in outcomes.SelectMany(static each => each))
        {
            switch (result)
            {
                case int value:
                    value.ShouldBe(item * 2);
                    item.ShouldSatisfyAllConditions(() => (item % 50).ShouldNotBe(7), () => sent[item].ShouldBe(1));
                    break;
                case FormatException failure:
                    failure.Message.ShouldBe($"{item}");
                    break;
                default:
                    result.ShouldBeAssignableTo<Exception>();
                    (result is OperationCanceledException or HttpRequestException).ShouldBeTrue($"{item}: {result}");
                    break;
            }
        }

        outcomes.Sum(static each => each.Count).ShouldBe(Threads * Each);
        sent.Values.ShouldAllBe(static times => times == 1);
        batcher.Queued.ShouldBe(0);

        async Task<IReadOnlyList<BatchResult<int>>> CallAsync(IReadOnlyList<int> items, CancellationToken cancellationToken)
        {
            items.Count.ShouldBeLessThanOrEqualTo(16);
            items.Sum(static item => item % 9).ShouldBeLessThanOrEqualTo(60);
            items.Select(static item => item % 3).Distinct().Count().ShouldBe(1);
            foreach (var item in items)
            {
                sent.AddOrUpdate(item, 1, static (_, times) => times + 1);
            }

            if (!dice.TryTake(out var random))
            {
                random = new Random(seed + items[0]);
            }

            var draw = random.Next(8);
            dice.Add(random);
            if (draw > 4)
            {
                await Task.Yield();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return draw == 0 ? throw new HttpRequestException("all") : [.. items.Select(static item => item % 50 == 7 ? BatchResult.Failed<int>(new FormatException($"{item}")) : BatchResult.Of(item * 2))];
        }

        async Task<List<(int Item, object Result)>> ProduceAsync(int thread)
        {
            var random = new Random((seed * 100) + thread);
            var mine = new List<(int Item, Task<int> Result, CancellationTokenSource Leaving)>();
            for (var i = 0; i < Each; i++)
            {
                var item = (i * Threads) + thread;
                var leaving = new CancellationTokenSource();
                mine.Add((item, batcher.RunAsync(item, leaving.Token), leaving));
                if (random.Next(4) == 0)
                {
                    await mine[random.Next(mine.Count)].Leaving.CancelAsync();
                }

                if (random.Next(200) == 0)
                {
                    await Task.Yield();
                }
            }

            var ends = new List<(int, object)>();
            foreach (var (item, result, leaving) in mine)
            {
                await Eventually.TrueAsync(() => result.IsCompleted, $"item {item} ends");
                ends.Add((item, result.IsCompletedSuccessfully ? result.Result : result.Exception?.InnerException ?? new TaskCanceledException(result)));
                leaving.Dispose();
            }

            return ends;
        }
    }

    [Fact]
    public async Task Disposal_in_the_middle_ends_everybody()
    {
        var begun = 0;
        var batcher = new Batcher<int, int>(
            async (items, cancellationToken) =>
            {
                Interlocked.Increment(ref begun);
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                return [.. items.Select(static item => item * 2)];
            },
            new BatcherOptions<int> { MaxItems = 10, MaxDelay = TimeSpan.FromMilliseconds(1), QueueLength = 50, SplitOn = static _ => true, RepeatOn = static _ => true });

        var producers = Enumerable.Range(0, Threads).Select(_ => Task.Run(() => batcher.RunAllAsync(Enumerable.Range(0, Each)))).ToArray();
        await Eventually.TrueAsync(() => Volatile.Read(ref begun) > 5);
        await batcher.DisposeAsync().AsTask().WithinDeadlineAsync();

        foreach (var result in (await Task.WhenAll(producers).WithPatienceAsync()).SelectMany(static each => each.Index()))
        {
            (result.Item.IsFailed ? (result.Item.Failure as BatchRejectedException)?.Reason == BatchRejection.Disposed : result.Item.Value == result.Index * 2).ShouldBeTrue($"{result.Item.Failure}");
        }
    }
}
