using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Tests.Batching;

/// <summary>The search for items at fault, against an upstream that refuses every part which has one of them in it.</summary>
public sealed class BisectionTests
{
    private static readonly Exception Refusal = new InvalidOperationException("refused");

    [Theory]
    [InlineData(2048, new[] { 0 }, 22)]
    [InlineData(2048, new[] { 2047 }, 22)]
    [InlineData(2048, new[] { 1000, 1001 }, 24)]
    [InlineData(7, new[] { 3 }, 6)]
    [InlineData(1, new[] { 0 }, 0)]
    [InlineData(2, new[] { 0, 1 }, 2)]
    public void One_at_fault_costs_two_calls_for_each_halving(int count, int[] atFault, int mostCalls)
    {
        var (failed, calls) = Search(count, [.. atFault], maxSplits: 64);

        failed.Order().ShouldBe(atFault);
        calls.ShouldBeLessThanOrEqualTo(mostCalls);
    }

    [Fact]
    public void Whoever_is_at_fault_fails_and_nobody_else_does()
    {
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var count = random.Next(1, 300);
            var atFault = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(count)).ToHashSet();
            if (count >= 8 && atFault.Count == count)
            {
                continue;
            }

            Search(count, atFault, maxSplits: 10_000).Failed.Order().ShouldBe(atFault.Order());
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(100)]
    [InlineData(2048)]
    public void What_is_the_fault_of_none_in_particular_costs_fourteen_calls_and_not_two_for_each_item(int count)
    {
        var (failed, calls) = Search(count, [.. Enumerable.Range(0, count)], maxSplits: 64);

        failed.Count.ShouldBe(count);
        calls.ShouldBe(14);
    }

    [Fact]
    public void Seven_of_eight_parts_at_fault_are_searched_on()
    {
        // One item in each eighth but the last.
        int[] atFault = [.. Enumerable.Range(0, 7).Select(static i => (i * 128) + 5)];

        Search(1_024, [.. atFault], maxSplits: 10_000).Failed.Order().ShouldBe(atFault);
    }

    [Fact]
    public void When_the_divisions_are_used_up_the_parts_that_are_left_fail_whole_and_each_item_once()
    {
        var (failed, calls) = Search(1024, [1, 513], maxSplits: 5);

        calls.ShouldBe(10);
        failed.ShouldBeUnique();
        failed.ShouldBeSubsetOf(Enumerable.Range(0, 1024));
        failed.ShouldContain(1);
        failed.ShouldContain(513);
    }

    [Fact]
    public void Without_divisions_the_batch_fails_as_it_is() => Search(10, [4], maxSplits: 0).ShouldSatisfyAllConditions(
        static found => found.Failed.Count.ShouldBe(10),
        static found => found.Calls.ShouldBe(0));

    /// <summary>Begins with a batch that was refused.</summary>
    private static (List<int> Failed, int Calls) Search(int count, HashSet<int> atFault, int maxSplits)
    {
        var items = Enumerable.Range(0, count).Select(static i => new BatchItem { Lane = "x", Sequence = i }).ToArray();
        var search = new Bisection(maxSplits);
        var step = search.Ended(Failures(items));
        var (failed, calls) = (new List<int>(), 0);
        var parts = new Queue<IReadOnlyList<BatchItem>>();
        while (true)
        {
            failed.AddRange(step.Fail.Select(static failure => (int)failure.Item.Sequence));
            step.Send.ForEach(parts.Enqueue);
            if (!parts.TryDequeue(out var part))
            {
                return (failed, calls);
            }

            part.ShouldNotBeEmpty();
            calls++;
            step = search.Ended(part.Any(item => atFault.Contains((int)item.Sequence)) ? Failures(part) : []);
        }
    }

    private static ItemFailure[] Failures(IEnumerable<BatchItem> items) => [.. items.Select(static item => new ItemFailure(item, Refusal, FailureMeaning.MayBeOthers))];
}
