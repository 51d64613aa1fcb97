using System.Threading.Tasks.Sources;
using RateLimited.Http.Admission;

namespace RateLimited.Http.Tests.Admission;

/// <summary>What a waiter is told by: once, where it asked to go on, and whoever tells it does not come back to it.</summary>
public sealed class AwaitedTests
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whoever_waits_goes_on_once_whether_it_came_before_or_after(bool isEarly)
    {
        var awaited = default(Awaited);
        var ran = 0;
        if (!isEarly)
        {
            awaited.Set(Completion.Inline);
            awaited.IsDone.ShouldBeTrue();
        }

        awaited.Await(state => ran += (int)state!, 3, ValueTaskSourceOnCompletedFlags.None, Completion.Inline);
        if (isEarly)
        {
            (awaited.IsDone, ran).ShouldBe((false, 0));
            awaited.Set(Completion.Inline);
        }

        (awaited.IsDone, ran).ShouldBe((true, 3));
    }

    [Fact]
    public void It_is_awaited_by_one_at_a_time_and_again_after_a_reset()
    {
        var awaited = default(Awaited);
        awaited.Await(static _ => { }, null, ValueTaskSourceOnCompletedFlags.None, Completion.Inline);
        Should.Throw<InvalidOperationException>(() => awaited.Await(static _ => { }, null, ValueTaskSourceOnCompletedFlags.None, Completion.Inline));
        awaited.Set(Completion.Inline);

        awaited.Reset();

        awaited.IsDone.ShouldBeFalse();
        var ran = false;
        awaited.Await(_ => ran = true, null, ValueTaskSourceOnCompletedFlags.None, Completion.Inline);
        awaited.Set(Completion.Inline);
        ran.ShouldBeTrue();
    }

    [Fact]
    public void On_the_thread_pool_nothing_is_done_by_whoever_tells()
    {
        using var ended = new ManualResetEventSlim();
        var awaited = default(Awaited);
        var (teller, goer) = (Environment.CurrentManagedThreadId, 0);
        awaited.Await(_ =>
        {
            goer = Environment.CurrentManagedThreadId;
            ended.Set();
        }, null, ValueTaskSourceOnCompletedFlags.None, Completion.OnThreadPool);

        awaited.Set(Completion.OnThreadPool);

        ended.Wait(Watchdog, TestContext.Current.CancellationToken).ShouldBeTrue();
        goer.ShouldNotBe(teller);
    }

    [Fact]
    public void It_goes_on_in_the_context_that_it_was_awaited_in()
    {
        var previous = SynchronizationContext.Current;
        var context = new Collecting();
        var awaited = default(Awaited);
        var ran = false;
        try
        {
            SynchronizationContext.SetSynchronizationContext(context);
            awaited.Await(_ => ran = true, null, ValueTaskSourceOnCompletedFlags.UseSchedulingContext, Completion.Inline);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }

        awaited.Set(Completion.Inline);

        ran.ShouldBeFalse();
        context.RunAll().ShouldBe(1);
        ran.ShouldBeTrue();
    }

    [Fact]
    public async Task It_goes_on_by_the_scheduler_that_it_was_awaited_on()
    {
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        var ended = new TaskCompletionSource<TaskScheduler>(TaskCreationOptions.RunContinuationsAsynchronously);
        var box = new Box();
        await Task.Factory.StartNew(
            () => box.Awaited.Await(_ => ended.SetResult(TaskScheduler.Current), null, ValueTaskSourceOnCompletedFlags.UseSchedulingContext, Completion.Inline),
            CancellationToken.None,
            TaskCreationOptions.None,
            scheduler);

        box.Awaited.Set(Completion.Inline);

        (await ended.Task.WaitAsync(Watchdog, TestContext.Current.CancellationToken)).ShouldBeSameAs(scheduler);
    }

    [Fact]
    public void What_flows_with_the_code_flows_on_where_that_is_asked_for()
    {
        var flowing = new AsyncLocal<string?>();
        foreach (var (flags, expected) in new[] { (ValueTaskSourceOnCompletedFlags.FlowExecutionContext, "mine"), (ValueTaskSourceOnCompletedFlags.None, "the teller's") })
        {
            var awaited = default(Awaited);
            string? seen = null;
            flowing.Value = "mine";
            awaited.Await(_ => seen = flowing.Value, null, flags, Completion.Inline);
            flowing.Value = "the teller's";

            awaited.Set(Completion.Inline);

            seen.ShouldBe(expected);
        }
    }

    [Fact]
    public void Telling_and_awaiting_at_the_same_time_lose_nobody()
    {
        const int Rounds = 100_000;
        var (box, ran) = (new Box(), 0);
        Together(
            Rounds,
            () => box.Awaited.Set(Completion.Inline),
            () => box.Awaited.Await(_ => Interlocked.Increment(ref ran), null, ValueTaskSourceOnCompletedFlags.None, Completion.Inline),
            round =>
            {
                Volatile.Read(ref ran).ShouldBe(round + 1);
                box.Awaited.Reset();
            });
    }

    [Fact]
    public void Whoever_sees_it_done_may_use_it_anew_while_the_teller_is_still_there()
    {
        const int Rounds = 100_000;
        var box = new Box();
        Together(
            Rounds,
            () => box.Awaited.Set(Completion.Inline),
            () =>
            {
                var wait = default(SpinWait);
                while (!box.Awaited.IsDone)
                {
                    wait.SpinOnce(sleep1Threshold: -1);
                }

                box.Awaited.Reset();
            },
            _ => box.Awaited.IsDone.ShouldBeFalse("the teller has written to it after it was done"));
    }

    /// <summary>Runs two actions at the same time, over and over, and a third after each time.</summary>
    private static void Together(int rounds, Action first, Action second, Action<int> after)
    {
        using var barrier = new Barrier(2);
        var other = new Thread(() =>
        {
            for (var round = 0; round < rounds; round++)
            {
                barrier.SignalAndWait();
                first();
                barrier.SignalAndWait();
            }
        });
        other.Start();
        Exception? failure = null;
        for (var round = 0; round < rounds; round++)
        {
            barrier.SignalAndWait();
            second();
            barrier.SignalAndWait();
            try
            {
                after(round);
            }
            catch (Exception error)
            {
                // The other thread still expects all rounds.
                failure ??= error;
            }
        }

        other.Join(Watchdog).ShouldBeTrue("the other thread hangs");
        failure.ShouldBeNull();
    }

    private sealed class Box
    {
        public Awaited Awaited;
    }

    private sealed class Collecting : SynchronizationContext
    {
        private readonly List<(SendOrPostCallback Callback, object? State)> _posted = [];

        public override void Post(SendOrPostCallback d, object? state) => _posted.Add((d, state));

        public int RunAll()
        {
            _posted.ForEach(static each => each.Callback(each.State));
            return _posted.Count;
        }
    }
}
