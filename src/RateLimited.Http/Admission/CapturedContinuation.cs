using System.Threading.Tasks.Sources;

namespace RateLimited.Http.Admission;

/// <summary>A continuation that wants to go on where it was awaited: in a synchronization context, on a scheduler, with what flows with the code.</summary>
internal sealed class CapturedContinuation
{
    /// <summary>Goes on as it was captured; the state is the captured continuation.</summary>
    public static readonly Action<object?> GoOn = static captured => ((CapturedContinuation)captured!).Start();

    private readonly Action<object?> _continuation;
    private readonly object? _state;
    private readonly ExecutionContext? _flowing;
    private readonly SynchronizationContext? _context;
    private readonly TaskScheduler? _scheduler;

    private CapturedContinuation(Action<object?> continuation, object? state, ExecutionContext? flowing, SynchronizationContext? context, TaskScheduler? scheduler)
    {
        _continuation = continuation;
        _state = state;
        _flowing = flowing;
        _context = context;
        _scheduler = scheduler;
    }

    /// <summary>Captures what the flags ask for; null where there is nothing but the thread pool.</summary>
    public static CapturedContinuation? Of(Action<object?> continuation, object? state, ValueTaskSourceOnCompletedFlags flags)
    {
        var flowing = flags.HasFlag(ValueTaskSourceOnCompletedFlags.FlowExecutionContext) ? ExecutionContext.Capture() : null;
        var (context, scheduler) = (default(SynchronizationContext), default(TaskScheduler));
        if (flags.HasFlag(ValueTaskSourceOnCompletedFlags.UseSchedulingContext))
        {
            // A context of the base type is none: it posts to the thread pool.
            context = SynchronizationContext.Current is { } current && current.GetType() != typeof(SynchronizationContext) ? current : null;
            scheduler = context is null && TaskScheduler.Current != TaskScheduler.Default ? TaskScheduler.Current : null;
        }

        return flowing is null && context is null && scheduler is null ? null : new CapturedContinuation(continuation, state, flowing, context, scheduler);
    }

    private void Start()
    {
        if (_context is not null)
        {
#pragma warning disable VSTHRD001 // Nothing is switched to and nobody waits: the caller asked to go on there.
            _context.Post(static captured => ((CapturedContinuation)captured!).Run(), this);
#pragma warning restore VSTHRD001
        }
        else if (_scheduler is not null)
        {
            _ = Task.Factory.StartNew(static captured => ((CapturedContinuation)captured!).Run(), this, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler);
        }
        else
        {
            Run();
        }
    }

    private void Run()
    {
        if (_flowing is null)
        {
            _continuation(_state);
        }
        else
        {
            ExecutionContext.Run(_flowing, static captured => ((CapturedContinuation)captured!).Continue(), this);
        }
    }

    private void Continue() => _continuation(_state);
}
