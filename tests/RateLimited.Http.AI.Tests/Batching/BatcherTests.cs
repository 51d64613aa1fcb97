using RateLimited.Http.AI.Batching;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;
using static RateLimited.Http.AI.Tests.Batching.BatchBed;

namespace RateLimited.Http.AI.Tests.Batching;

public sealed class BatcherTests
{
    private static readonly Exception Boom = new HttpRequestException("boom");

    [Fact]
    public async Task Each_caller_gets_the_result_of_its_own_item()
    {
        await using var bed = new BatchBed();

        var results = await Task.WhenAll(Enumerable.Range(1, 6).Select(item => bed.Run(item))).WithinDeadlineAsync();

        results.ShouldBe([2, 4, 6, 8, 10, 12]);
        bed.Sent.Order().ShouldBe(["1 2 3", "4 5 6"]);
    }

    [Fact]
    public async Task A_batch_that_is_not_full_goes_when_its_oldest_item_has_waited_and_within_the_bound()
    {
        await using var bed = new BatchBed(static options => options.MaxDelay = Ms(20));

        var first = bed.Run(1);
        bed.Time.Advance(Ms(10));
        var second = bed.Run(2);
        bed.Time.Advance(Ms(8.9999));
        bed.Batcher.Queued.ShouldBe(2);
        bed.Time.Advance(Ms(0.0001));

        (await first.WithinDeadlineAsync()).ShouldBe(2);
        (await second.WithinDeadlineAsync()).ShouldBe(4);
        bed.Calls.ShouldHaveSingleItem().At.ShouldBe(Ms(19));
    }

    [Fact]
    public async Task While_all_calls_are_taken_batches_keep_filling()
    {
        await using var bed = new BatchBed(static options => (options.MaxConcurrentCalls, options.MaxDelay, options.MaxItems) = (1, TimeSpan.Zero, 100)) { Gate = new() };

        var all = Enumerable.Range(1, 4).Select(item => bed.Run(item)).ToArray();
        await bed.SeeAsync(1);
        bed.Gate.SetResult();
        await Task.WhenAll(all).WithinDeadlineAsync();

        bed.Sent.ShouldBe(["1", "2 3 4"]);
    }

    [Fact]
    public async Task Bytes_and_costs_bound_a_batch()
    {
        await using var bed = new BatchBed(static options =>
            (options.MaxItems, options.MaxBytes, options.Bytes, options.MaxCost, options.Cost, options.MaxConcurrentCalls) = (100, 10, static item => item, 7, static item => item % 5, 1));

        await bed.RunAll([4, 6, 3, 3, 4, 1]).WithinDeadlineAsync(bed);

        // 4 + 6 are ten bytes; 3 + 3 + 1 cost seven, which a 4 between them is too much for.
        bed.Sent.ShouldBe(["4 6", "3 3", "4 1"]);
    }

    [Fact]
    public async Task A_failing_call_fails_its_own_items_and_no_others()
    {
        await using var bed = new BatchBed { Answer = static items => items.Contains(2) ? throw Boom : [.. items.Select(static item => item)] };

        var results = await bed.RunAll(Enumerable.Range(1, 6)).WithinDeadlineAsync();

        results.Take(3).ShouldAllBe(static result => ReferenceEquals(result.Failure, Boom));
        results.Skip(3).Select(static result => result.Value).ShouldBe([4, 5, 6]);
    }

    [Fact]
    public async Task How_many_items_went_in_a_call_is_measured_by_what_became_of_it()
    {
        // Others measure beside it: the numbers are like nobody's.
        const int Odd = 37;
        using var metrics = new MetricCollector();
        await using var bed = new BatchBed(static options => options.MaxItems = Odd) { Answer = static items => items.Contains(2) ? throw Boom : [.. items.Select(static item => item)] };

        await bed.RunAll(Enumerable.Range(1, Odd)).WithinDeadlineAsync();
        await bed.RunAll(Enumerable.Range(3, Odd)).WithinDeadlineAsync();

        metrics.Measurements.Where(static measured => measured is { Instrument: "ai.batch.size", Value: Odd }).Select(static measured => measured["result"]).Order().ShouldBe(["answered", "failed"]);
    }

    [Fact]
    public async Task An_item_fails_alone_when_its_result_says_so()
    {
        await using var bed = new BatchBed { Answer = static items => [.. items.Select(static item => item == 2 ? BatchResult.Failed<int>(Boom) : BatchResult.Of(item))] };

        var results = await bed.RunAll([1, 2, 3]).WithinDeadlineAsync();

        results.Select(static result => result.IsFailed).ShouldBe([false, true, false]);
        Should.Throw<InvalidOperationException>(() => results[1].Value).InnerException.ShouldBe(Boom);
    }

    [Theory]
    [InlineData(2, "2 results")]
    [InlineData(4, "4 results")]
    [InlineData(-1, "no list")]
    public async Task A_call_that_returns_another_number_of_results_fails_with_both_numbers(int count, string says)
    {
        await using var bed = new BatchBed { Answer = _ => count < 0 ? null! : [.. Enumerable.Range(0, count)] };

        var results = await bed.RunAll([1, 2, 3]).WithinDeadlineAsync();

        results.ShouldAllBe(result => result.Failure is InvalidOperationException && result.Failure.Message.Contains($"returned {says} for 3 items", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_item_at_fault_is_found_and_fails_alone()
    {
        await using var bed = new BatchBed(static options => (options.MaxItems, options.SplitOn) = (100, static failure => failure is HttpRequestException))
        {
            Answer = static items => items.Contains(77) ? throw Boom : [.. items.Select(static item => item)],
        };

        var results = await bed.RunAll(Enumerable.Range(0, 100)).WithinDeadlineAsync();

        results.Index().Where(static each => each.Item.IsFailed).ShouldHaveSingleItem().Index.ShouldBe(77);
        results.Where(static each => !each.IsFailed).Select(static each => each.Value).ShouldBe(Enumerable.Range(0, 100).Where(static i => i != 77));
        bed.Calls.Count.ShouldBeLessThanOrEqualTo(15);
    }

    [Fact]
    public async Task Only_what_failed_is_repeated_after_its_delay_and_twice_as_long_the_next_time()
    {
        var failures = 2;
        await using var bed = new BatchBed(static options => (options.RepeatOn, options.RepeatDelay) = (static failure => failure is HttpRequestException, Ms(100)));
        bed.Answer = items => [.. items.Select(item => item == 2 && failures-- > 0 ? BatchResult.Failed<int>(Boom) : BatchResult.Of(item))];

        var all = bed.RunAll([1, 2, 3]);
        await Eventually.TrueAsync(() => bed.Time.UntilNextTimer == Ms(100));
        bed.Time.Advance(Ms(100));
        await Eventually.TrueAsync(() => bed.Time.UntilNextTimer == Ms(200));
        bed.Time.Advance(Ms(200));

        (await all.WithinDeadlineAsync()).Select(static result => result.Value).ShouldBe([1, 2, 3]);
        bed.Sent.ShouldBe(["1 2 3", "2", "2"]);
        bed.Calls.Select(static call => call.At).ShouldBe([Ms(0), Ms(100), Ms(300)]);
    }

    [Fact]
    public async Task What_keeps_failing_fails_after_so_many_repeats()
    {
        await using var bed = new BatchBed(static options => (options.RepeatOn, options.RepeatDelay, options.MaxRepeats) = (static _ => true, TimeSpan.Zero, 3)) { Answer = static _ => throw Boom };

        var results = await bed.RunAll([1, 2, 3]).WithinDeadlineAsync(bed);

        results.ShouldAllBe(static result => ReferenceEquals(result.Failure, Boom));
        bed.Calls.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Items_of_different_lanes_or_scopes_never_share_a_batch()
    {
        await using var bed = new BatchBed(static options => (options.MaxItems, options.Lane) = (2, static item => item > 100));
        async Task<int> Of(string tenant, int item)
        {
            using var scope = RateLimitScope.Begin(new RequestSettings { Tenant = tenant, Priority = RequestPriority.High });
            return await bed.Run(item);
        }

        Task<int>[] all = [Of("a", 1), Of("b", 2), Of("a", 101), bed.Run(3), Of("b", 4), Of("a", 5), Of("a", 102), bed.Run(6)];
        await Task.WhenAll(all).WithinDeadlineAsync();

        bed.Sent.Order(StringComparer.Ordinal).ShouldBe(["1 5", "101 102", "2 4", "3 6"]);
        bed.Calls.Single(static call => call.Items[0] == 1).Scope.ShouldNotBeNull().Tenant.ShouldBe("a");
        bed.Calls.Single(static call => call.Items[0] == 2).Scope.ShouldNotBeNull().Priority.ShouldBe(RequestPriority.High);
        bed.Calls.Single(static call => call.Items[0] == 3).Scope.ShouldBeNull();
    }

    [Fact]
    public async Task A_call_runs_in_nobodys_context()
    {
        var ambient = new AsyncLocal<string?> { Value = "of the caller that filled the batch" };
        string? seen = "not called";
        await using var bed = new BatchBed(static options => options.MaxItems = 1);
        bed.Answer = items =>
        {
            seen = ambient.Value;
            return [.. items];
        };

        await bed.Run(1).WithinDeadlineAsync();

        seen.ShouldBeNull();
    }

    [Fact]
    public async Task No_batch_and_no_timer_is_left_when_all_is_done()
    {
        await using var bed = new BatchBed();

        var one = bed.Run(1);
        bed.Time.ArmedTimers.ShouldBe(1);
        bed.Time.Advance(Ms(20));
        await one.WithinDeadlineAsync();
        await bed.RunAll([1, 2, 3]).WithinDeadlineAsync();

        bed.Batcher.Queued.ShouldBe(0);
        bed.Time.ArmedTimers.ShouldBe(0);
    }
}
