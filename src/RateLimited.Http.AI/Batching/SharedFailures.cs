namespace RateLimited.Http.AI.Batching;

/// <summary>
/// Failures that many callers share, each as one failed task. A task remembers where its failure came from, and throws it from there to each who awaits it; thrown again and again by itself, it would collect the ways of all
/// of them. Not thread-safe.
/// </summary>
internal struct SharedFailures<T>
{
    private Dictionary<Exception, Task<T>>? _tasks;

    public Task<T> TaskOf(Exception failure)
    {
        _tasks ??= new Dictionary<Exception, Task<T>>(ReferenceEqualityComparer.Instance);
        if (!_tasks.TryGetValue(failure, out var task))
        {
            _tasks.Add(failure, task = Task.FromException<T>(failure));

            // Read, for whoever shares it may have left, and a failure that nobody reads is reported as a defect.
            _ = task.Exception;
        }

        return task;
    }
}
