using RateLimited.Http.AI.Batching;
using RateLimited.Http.Tests.Pipeline;
using static RateLimited.Http.AI.Tests.Batching.BatchBed;

namespace RateLimited.Http.AI.Tests.Batching;

/// <summary>Callers that leave, lines that are full, and the end of it all.</summary>
public sealed class BatcherLeavingTests
{
    [Fact]
    public async Task Whoever_leaves_the_line_is_not_sent_and_makes_room()
    {
        await using var bed = new BatchBed();
        using var leaving = new CancellationTokenSource();

        var first = bed.Run(1);
        var left = bed.Batcher.RunAsync(2, leaving.Token);
        await leaving.CancelAsync();
        var (third, fourth) = (bed.Run(3), bed.Run(4));

        (await Should.ThrowAsync<OperationCanceledException>(left)).CancellationToken.ShouldBe(leaving.Token);
        (await Task.WhenAll(first, third, fourth).WithinDeadlineAsync()).ShouldBe([2, 6, 8]);
        bed.Sent.ShouldBe(["1 3 4"]);
    }

    [Fact]
    public async Task Whoever_leaves_a_call_under_way_hurts_nobody_else()
    {
        await using var bed = new BatchBed { Gate = new() };
        using var leaving = new CancellationTokenSource();

        var left = bed.Batcher.RunAsync(1, leaving.Token);
        var others = Task.WhenAll(bed.Run(2), bed.Run(3));
        await bed.SeeAsync(1);
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(left);
        bed.Calls[0].Token.IsCancellationRequested.ShouldBeFalse();
        bed.Gate.SetResult();
        (await others.WithinDeadlineAsync()).ShouldBe([4, 6]);
    }

    [Fact]
    public async Task A_call_that_nobody_waits_for_is_cancelled()
    {
        await using var bed = new BatchBed { Gate = new() };
        using var leaving = new CancellationTokenSource();

        var all = Task.WhenAll(Enumerable.Range(1, 3).Select(item => bed.Batcher.RunAsync(item, leaving.Token)));
        await bed.SeeAsync(1);
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(all);
        await Eventually.TrueAsync(() => bed.Calls[0].Token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_sends_nothing()
    {
        await using var bed = new BatchBed(static options => options.MaxItems = 1);

        await Should.ThrowAsync<OperationCanceledException>(bed.Batcher.RunAsync(1, new CancellationToken(canceled: true)));
        await Should.ThrowAsync<OperationCanceledException>(bed.Batcher.RunAllAsync([1], new CancellationToken(canceled: true)));

        bed.Batcher.Queued.ShouldBe(0);
        bed.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_leaves_with_many_items_takes_all_of_them_out()
    {
        await using var bed = new BatchBed(static options => options.MaxItems = 100);
        using var leaving = new CancellationTokenSource();

        var left = bed.Batcher.RunAllAsync(Enumerable.Range(1, 50), leaving.Token);
        var stays = bed.Run(99);
        bed.Batcher.Queued.ShouldBe(51);
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(left.WithinDeadlineAsync());
        (await stays.WithinDeadlineAsync(bed)).ShouldBe(198);
        bed.Sent.ShouldBe(["99"]);
    }

    [Fact]
    public async Task A_producer_is_asked_only_as_fast_as_there_are_places()
    {
        var asked = 0;
        await using var bed = new BatchBed(static options => (options.QueueLength, options.MaxConcurrentCalls) = (5, 1)) { Gate = new() };
        IEnumerable<int> Produce()
        {
            for (var i = 1; i <= 100; i++)
            {
                asked = i;
                yield return i;
            }
        }

        var all = bed.RunAll(Produce());
        await bed.SeeAsync(1);

        // Three are under way, five have a place, and one waits for one.
        await Eventually.TrueAsync(() => asked == 9);
        bed.Batcher.Queued.ShouldBe(5);
        bed.Gate.SetResult();
        (await all.WithinDeadlineAsync(bed)).Select(static result => result.Value).ShouldBe(Enumerable.Range(1, 100).Select(static i => 2 * i));
        asked.ShouldBe(100);
    }

    [Fact]
    public async Task Items_that_are_refused_at_once_do_not_let_their_producer_run_ahead()
    {
        var asked = 0;
        await using var bed = new BatchBed(static options => (options.MaxItems, options.QueueLength, options.MaxConcurrentCalls, options.MaxCost, options.Cost) = (3, 5, 1, 100, static item => item % 3 == 0 ? 1_000 : 1))
        {
            Gate = new(),
        };

        // Of each three that come together, the last is too dear.
        var all = bed.RunAll(Enumerable.Range(1, 300).Select(item => asked = item));
        await bed.SeeAsync(1);
        await Eventually.TrueAsync(() => bed.Batcher.Queued == 5);

        asked.ShouldBeLessThanOrEqualTo(15);
        bed.Gate.SetResult();
        (await all.WithinDeadlineAsync(bed)).Count(static result => result.IsFailed).ShouldBe(100);
    }

    [Fact]
    public async Task A_full_line_can_refuse_instead()
    {
        await using var bed = new BatchBed(static options => (options.QueueLength, options.Overflow, options.MaxItems) = (2, BatchOverflow.Refuse, 100));

        var two = Task.WhenAll(bed.Run(1), bed.Run(2));

        (await Should.ThrowAsync<BatchRejectedException>(bed.Run(3))).Reason.ShouldBe(BatchRejection.QueueFull);
        (await two.WithinDeadlineAsync(bed)).ShouldBe([2, 4]);
    }

    [Fact]
    public async Task Whoever_waits_for_a_place_can_leave()
    {
        await using var bed = new BatchBed(static options => (options.QueueLength, options.MaxConcurrentCalls, options.MaxItems) = (1, 1, 1)) { Gate = new() };
        using var leaving = new CancellationTokenSource();

        var (sent, waits) = (bed.Run(1), bed.Run(2));
        var outside = bed.Batcher.RunAsync(3, leaving.Token);
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(outside);
        bed.Gate.SetResult();
        (await Task.WhenAll(sent, waits).WithinDeadlineAsync()).ShouldBe([2, 4]);
        bed.Sent.ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task Disposal_ends_everybody_with_a_reason_and_waits_for_calls()
    {
        var bed = new BatchBed(static options => (options.QueueLength, options.MaxConcurrentCalls, options.MaxItems) = (2, 1, 1)) { Gate = new() };
        var (underWay, queued, alsoQueued, outside) = (bed.Run(1), bed.Run(2), bed.Run(3), bed.Run(4));
        await bed.SeeAsync(1);

        var disposal = bed.Batcher.DisposeAsync().AsTask();

        foreach (var caller in new[] { underWay, queued, alsoQueued, outside })
        {
            (await Should.ThrowAsync<BatchRejectedException>(caller.WithinDeadlineAsync())).Reason.ShouldBe(BatchRejection.Disposed);
        }

        await Eventually.TrueAsync(() => bed.Calls[0].Token.IsCancellationRequested);
        disposal.IsCompleted.ShouldBeFalse("a call is under way");
        bed.Gate.SetResult();
        await disposal.WithinDeadlineAsync();
        (await Should.ThrowAsync<BatchRejectedException>(bed.Run(5))).Reason.ShouldBe(BatchRejection.Disposed);
        bed.Sent.ShouldBe(["1"]);
    }

    [Theory]
    [InlineData(11, "The item has 11 bytes, and a whole batch at most 10 (MaxBytes).")]
    [InlineData(7, "The item costs 7, and one item at most 6 (MaxItemCost).")]
    public async Task An_item_that_fits_nowhere_is_refused_at_once_with_its_size(int item, string says)
    {
        await using var bed = new BatchBed(static options =>
            (options.MaxBytes, options.Bytes, options.MaxCost, options.MaxItemCost, options.Cost) = (10, static item => item, 20, 6, static item => item));

        var refusal = await Should.ThrowAsync<BatchRejectedException>(bed.Run(item));

        refusal.Reason.ShouldBe(BatchRejection.ItemTooLarge);
        refusal.Message.ShouldBe(says);
        (await bed.RunAll([1, item, 2]).WithinDeadlineAsync(bed)).Select(static result => result.IsFailed).ShouldBe([false, true, false]);
    }

    [Fact]
    public async Task A_measure_that_throws_or_is_negative_fails_its_own_item()
    {
        await using var bed = new BatchBed(static options => (options.MaxCost, options.Cost) = (10, static item => item == 2 ? throw new FormatException("two") : item - 3));

        var results = await bed.RunAll([2, 1, 4]).WithinDeadlineAsync(bed);

        results[0].Failure.ShouldBeOfType<FormatException>();
        results[1].Failure.ShouldBeOfType<InvalidOperationException>().Message.ShouldBe("Cost said -2 of an item; zero or more would be right.");
        results[2].Value.ShouldBe(8);
    }

    [Fact]
    public async Task A_producer_that_throws_takes_its_items_along()
    {
        await using var bed = new BatchBed(static options => options.MaxItems = 100);
        static IEnumerable<int> Produce()
        {
            yield return 1;
            throw new FormatException("no more");
        }

        await Should.ThrowAsync<FormatException>(bed.RunAll(Produce()));

        bed.Batcher.Queued.ShouldBe(0);
    }
}
