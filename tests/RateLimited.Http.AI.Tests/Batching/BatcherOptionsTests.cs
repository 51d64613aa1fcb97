using Microsoft.Extensions.Options;
using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Tests.Batching;

public sealed class BatcherOptionsTests
{
    private static readonly BatchCall<int, int> Call = static (items, _) => Task.FromResult<IReadOnlyList<BatchResult<int>>>([.. items]);

    public static TheoryData<string, Action<BatcherOptions<int>>> Faults => new()
    {
        { "MaxItems: 0 → a whole number from 1 to 1_000_000.", static options => options.MaxItems = 0 },
        { "MaxItems: -3 → a whole number from 1 to 1_000_000.", static options => options.MaxItems = -3 },
        { "MaxBytes: -1 → a whole number from 1 to 10^12.", static options => (options.MaxBytes, options.Bytes) = (-1, static _ => 1) },
        { "MaxCost: 0 → a whole number from 1 to 10^12.", static options => (options.MaxCost, options.Cost) = (0, static _ => 1) },
        { "MaxItemCost: 2000000000000 → a whole number from 1 to 10^12.", static options => (options.MaxItemCost, options.Cost) = (2_000_000_000_000, static _ => 1) },
        { "MaxDelay: '-00:00:01' → a duration from 0 s to 1 h.", static options => options.MaxDelay = TimeSpan.FromSeconds(-1) },
        { "MaxDelay: '01:00:00.0000001' → a duration from 0 s to 1 h.", static options => options.MaxDelay = TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) },
        { "MaxConcurrentCalls: 0 → a whole number from 1 to 1_000.", static options => options.MaxConcurrentCalls = 0 },
        { "QueueLength: 0 → a whole number from 1 to 1_000_000.", static options => options.QueueLength = 0 },
        { "Overflow: 9 → Wait or Refuse.", static options => options.Overflow = (BatchOverflow)9 },
        { "MaxSplits: -1 → a whole number from 0 to 10_000.", static options => options.MaxSplits = -1 },
        { "MaxRepeats: 21 → a whole number from 0 to 20.", static options => options.MaxRepeats = 21 },
        { "RepeatDelay: '-00:00:01' → a duration from 0 s to 1 h.", static options => options.RepeatDelay = TimeSpan.FromSeconds(-1) },
        { "Bytes: missing → how to count it, because MaxBytes is set.", static options => options.MaxBytes = 10 },
        { "MaxBytes: missing → the most that a batch may have, because Bytes is set.", static options => options.Bytes = static _ => 1 },
        { "Cost: missing → how to count it, because MaxCost or MaxItemCost is set.", static options => options.MaxItemCost = 10 },
        { "MaxCost or MaxItemCost: missing → the most that a batch may have, because Cost is set.", static options => options.Cost = static _ => 1 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_is_wrong_is_said_with_its_value_and_what_would_be_right(string sentence, Action<BatcherOptions<int>> spoil)
    {
        var options = new BatcherOptions<int>();
        spoil(options);

        Should.Throw<OptionsValidationException>(() => new Batcher<int, int>(Call, options)).Failures.ShouldBe([sentence]);
    }

    [Fact]
    public void All_faults_are_said_at_once() =>
        Should.Throw<OptionsValidationException>(() => new Batcher<int, int>(Call, new BatcherOptions<int> { MaxItems = 0, QueueLength = 0, MaxRepeats = -1 })).Failures.Count().ShouldBe(3);

    [Fact]
    public async Task Options_are_read_once()
    {
        var options = new BatcherOptions<int> { MaxItems = 2 };
        await using var batcher = new Batcher<int, int>(Call, options);
        options.MaxItems = -1;

        (await batcher.RunAllAsync([1, 2], TestContext.Current.CancellationToken)).Count.ShouldBe(2);
    }

    [Fact]
    public void Nothing_is_made_of_nothing()
    {
        Should.Throw<ArgumentNullException>(static () => new Batcher<int, int>(null!, new BatcherOptions<int>()));
        Should.Throw<ArgumentNullException>(static () => new Batcher<int, int>(Call, null!));
        Should.Throw<ArgumentNullException>(static () => new Batcher<int, int>(Call, new BatcherOptions<int>(), null!));
        Should.Throw<ArgumentNullException>(static () => BatchResult.Failed<int>(null!));
    }
}
