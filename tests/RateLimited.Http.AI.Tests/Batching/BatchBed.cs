using System.Collections.Concurrent;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Batching;

/// <summary>A batcher on time that stands still, over an upstream that doubles numbers.</summary>
internal sealed class BatchBed : IAsyncDisposable
{
    private readonly ConcurrentQueue<SeenCall> _calls = new();

    public BatchBed(Action<BatcherOptions<int>>? configure = null)
    {
        var options = new BatcherOptions<int> { MaxItems = 3 };
        configure?.Invoke(options);
        Batcher = new Batcher<int, int>(CallAsync, options, Time);
    }

    public ManualTimeProvider Time { get; } = new();

    public Batcher<int, int> Batcher { get; }

    /// <summary>While set, calls wait for it before they answer.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>What becomes of the items; by default each is doubled.</summary>
    public Func<IReadOnlyList<int>, IReadOnlyList<BatchResult<int>>> Answer { get; set; } = static items => [.. items.Select(static item => 2 * item)];

    public IReadOnlyList<SeenCall> Calls => [.. _calls];

    /// <summary>The items of each call, in the order the calls came.</summary>
    public IReadOnlyList<string> Sent => [.. _calls.Select(static call => string.Join(' ', call.Items))];

    public static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    /// <summary>Sends an item for a caller that does not leave.</summary>
    public Task<int> Run(int item) => Batcher.RunAsync(item);

    public Task<IReadOnlyList<BatchResult<int>>> RunAll(IEnumerable<int> items) => Batcher.RunAllAsync(items);

    public async Task SeeAsync(int calls)
    {
        await Eventually.TrueAsync(() => _calls.Count >= calls);
        _calls.Count.ShouldBe(calls);
    }

    public async ValueTask DisposeAsync()
    {
        Gate?.TrySetResult();
        await Batcher.DisposeAsync().AsTask().WithinDeadlineAsync();
        Time.ArmedTimers.ShouldBe(0);
    }

    private async Task<IReadOnlyList<BatchResult<int>>> CallAsync(IReadOnlyList<int> items, CancellationToken cancellationToken)
    {
        _calls.Enqueue(new SeenCall([.. items], TimeSpan.FromTicks(Time.GetTimestamp()), RateLimitScope.Current, cancellationToken));
        if (Gate is { } gate)
        {
#pragma warning disable VSTHRD003 // The test completes it.
            await gate.Task;
#pragma warning restore VSTHRD003
        }

        return Answer(items);
    }
}

/// <summary>One call as the upstream saw it.</summary>
internal sealed record SeenCall(IReadOnlyList<int> Items, TimeSpan At, RequestSettings? Scope, CancellationToken Token);
