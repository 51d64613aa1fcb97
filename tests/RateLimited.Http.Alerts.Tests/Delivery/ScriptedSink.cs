using System.Collections.Concurrent;

namespace RateLimited.Http.Alerts.Tests.Delivery;

/// <summary>A sink of a program's own, that does what a test says.</summary>
internal sealed class ScriptedSink(string name) : IAlertSink
{
    private readonly ConcurrentQueue<AlertNotice> _delivered = new();
    private int _attempts;

    public string Name { get; } = name;

    /// <summary>What happens to a notice before it counts as delivered.</summary>
    public Func<AlertNotice, CancellationToken, Task> Does { get; set; } = static (_, _) => Task.CompletedTask;

    public IReadOnlyList<AlertNotice> Delivered => [.. _delivered];

    public int Attempts => Volatile.Read(ref _attempts);

    public async Task SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _attempts);
        await Does(notice, cancellationToken);
        _delivered.Enqueue(notice);
    }
}
