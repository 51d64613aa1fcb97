namespace RateLimited.Http.Testing.Tests;

public sealed class ManualTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Advance_moves_both_clocks()
    {
        var stamp = _time.GetTimestamp();
        var wall = _time.GetUtcNow();

        _time.Advance(TimeSpan.FromTicks(7));

        _time.GetElapsedTime(stamp).ShouldBe(TimeSpan.FromTicks(7));
        (_time.GetUtcNow() - wall).ShouldBe(TimeSpan.FromTicks(7));
    }

    [Fact]
    public void A_jump_of_the_wall_moves_neither_the_monotonic_clock_nor_timers()
    {
        using var timer = Arm("a", Second);
        var wall = _time.GetUtcNow();

        _time.JumpWall(TimeSpan.FromDays(-3));
        _time.Advance(TimeSpan.Zero);

        (_time.GetUtcNow() - wall).ShouldBe(TimeSpan.FromDays(-3));
        _time.GetTimestamp().ShouldBe(0);
        _fired.ShouldBeEmpty();
        _time.UntilNextTimer.ShouldBe(Second);
    }

    [Fact]
    public void A_jump_beyond_the_calendar_is_refused_and_changes_nothing()
    {
        var wall = _time.GetUtcNow();

        Should.Throw<ArgumentOutOfRangeException>(() => _time.JumpWall(TimeSpan.MaxValue));
        Should.Throw<ArgumentOutOfRangeException>(() => _time.JumpWall(TimeSpan.MinValue));

        _time.GetUtcNow().ShouldBe(wall);
    }

    [Fact]
    public void Time_cannot_be_advanced_backwards() => Should.Throw<ArgumentOutOfRangeException>(() => _time.Advance(-Second));

    [Fact]
    public void Timers_fire_in_due_order_each_at_its_own_instant()
    {
        using var late = Arm("late", 3 * Second);
        using var first = Arm("first", Second);
        using var tie = Arm("tie", Second);
        using var beyond = Arm("beyond", 9 * Second);

        _time.Advance(5 * Second);

        _fired.ShouldBe(["first@1", "tie@1", "late@3"]);
        _time.GetTimestamp().ShouldBe(5 * TimeSpan.TicksPerSecond);
        _time.ArmedTimers.ShouldBe(1);
    }

    [Fact]
    public void A_timer_fires_exactly_when_due_and_not_a_tick_earlier()
    {
        using var timer = Arm("a", Second);

        _time.Advance(Second - TimeSpan.FromTicks(1));
        _fired.ShouldBeEmpty();

        _time.Advance(TimeSpan.FromTicks(1));
        _fired.ShouldBe(["a@1"]);
    }

    [Fact]
    public void The_next_timer_is_reached_with_all_that_is_due_with_it_and_not_beyond()
    {
        using var first = Arm("first", Second);
        using var tie = Arm("tie", Second);
        using var late = Arm("late", 3 * Second);

        _time.AdvanceToNextTimer().ShouldBe(Second);
        _fired.ShouldBe(["first@1", "tie@1"]);
        _time.GetTimestamp().ShouldBe(TimeSpan.TicksPerSecond);

        _time.AdvanceToNextTimer().ShouldBe(2 * Second);
        _fired.ShouldBe(["first@1", "tie@1", "late@3"]);
        _time.AdvanceToNextTimer().ShouldBeNull();
        _time.GetTimestamp().ShouldBe(3 * TimeSpan.TicksPerSecond);
    }

    [Fact]
    public void The_next_timer_may_be_due_already()
    {
        using var timer = Arm("a", TimeSpan.Zero);

        _time.AdvanceToNextTimer().ShouldBe(TimeSpan.Zero);

        _fired.ShouldBe(["a@0"]);
    }

    [Fact]
    public void What_a_callback_throws_comes_out_and_the_next_advance_makes_up_for_the_rest()
    {
        using var bad = _time.CreateTimer(static _ => throw new TimeZoneNotFoundException("bad"), null, Second, Timeout.InfiniteTimeSpan);
        using var good = Arm("good", 2 * Second);

        Should.Throw<TimeZoneNotFoundException>(() => _time.Advance(3 * Second));
        _time.GetTimestamp().ShouldBe(TimeSpan.TicksPerSecond);
        _fired.ShouldBeEmpty();

        _time.Advance(TimeSpan.Zero);
        _time.GetTimestamp().ShouldBe(3 * TimeSpan.TicksPerSecond);
        _fired.ShouldBe(["good@2"]);
    }

    [Fact]
    public void A_timer_due_at_once_waits_for_the_next_advance()
    {
        using var timer = Arm("a", TimeSpan.Zero);
        _fired.ShouldBeEmpty();

        _time.Advance(TimeSpan.Zero);
        _fired.ShouldBe(["a@0"]);
    }

    [Fact]
    public void Arming_a_timer_leaves_the_others_armed()
    {
        using var first = Arm("first", TimeSpan.Zero);
        using var second = Arm("second", TimeSpan.Zero);

        _time.Advance(TimeSpan.Zero);

        _fired.ShouldBe(["first@0", "second@0"]);
    }

    [Fact]
    public void A_period_fires_on_every_multiple()
    {
        using var timer = _time.CreateTimer(_ => Note("p"), null, Second, 2 * Second);

        _time.Advance(6 * Second);

        _fired.ShouldBe(["p@1", "p@3", "p@5"]);
    }

    [Fact]
    public void Change_replaces_what_was_armed()
    {
        using var timer = Arm("a", Second);

        timer.Change(4 * Second, Timeout.InfiniteTimeSpan).ShouldBeTrue();
        _time.Advance(3 * Second);
        _fired.ShouldBeEmpty();

        _time.Advance(Second);
        _fired.ShouldBe(["a@4"]);
        timer.Change(Timeout.InfiniteTimeSpan, Second).ShouldBeTrue();
        _time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_disposed_timer_is_silent_and_refuses_change()
    {
        var timer = Arm("a", Second);

        await timer.DisposeAsync();
        _time.Advance(2 * Second);

        _fired.ShouldBeEmpty();
        timer.Change(Second, Second).ShouldBeFalse();
        _time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public void What_a_callback_arms_within_the_span_fires_in_the_same_advance()
    {
        ITimer? next = null;
        using var timer = _time.CreateTimer(_ => next = Arm("second", Second), null, Second, Timeout.InfiniteTimeSpan);

        _time.Advance(2 * Second);
        next?.Dispose();

        _fired.ShouldBe(["second@2"]);
    }

    [Fact]
    public void A_callback_can_stop_its_own_period()
    {
        ITimer? timer = null;
        timer = _time.CreateTimer(_ => StopAfterNote(timer!), null, Second, Second);

        _time.Advance(5 * Second);

        _fired.ShouldBe(["once@1"]);
    }

    [Fact]
    public void An_advance_inside_a_callback_adds_up()
    {
        using var inner = Arm("inner", 11 * Second);
        using var timer = _time.CreateTimer(_ => _time.Advance(2 * Second), null, Second, Timeout.InfiniteTimeSpan);

        _time.Advance(10 * Second);

        _time.GetTimestamp().ShouldBe(12 * TimeSpan.TicksPerSecond);
        _fired.ShouldBe(["inner@11"]);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(4_294_967_295)]
    public void What_the_system_refuses_is_refused(long milliseconds)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);

        Should.Throw<ArgumentOutOfRangeException>(() => _time.CreateTimer(_ => Note("a"), null, time, Timeout.InfiniteTimeSpan));
        Should.Throw<ArgumentOutOfRangeException>(() => TimeProvider.System.CreateTimer(_ => Note("a"), null, time, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_coarse_resolution_fires_early_as_the_systems_timers_do()
    {
        var time = new ManualTimeProvider { TimerResolution = TimeSpan.FromMilliseconds(1) };
        var firedAt = -1L;
        using var timer = time.CreateTimer(_ => firedAt = time.GetTimestamp(), null, TimeSpan.FromTicks(19_999), Timeout.InfiniteTimeSpan);

        time.Advance(Second);

        firedAt.ShouldBe(10_000);
    }

    [Fact]
    public void Callbacks_run_without_the_lock()
    {
        var seen = -1L;
        using var timer = _time.CreateTimer(
            _ =>
            {
                var other = new Thread(() => seen = _time.GetTimestamp());
                other.Start();
                other.Join(TimeSpan.FromSeconds(30)).ShouldBeTrue("another thread could not read the clock: the lock is held");
            },
            null,
            Second,
            Timeout.InfiniteTimeSpan);

        _time.Advance(Second);

        seen.ShouldBe(TimeSpan.TicksPerSecond);
    }

    [Fact]
    public void The_execution_context_flows_into_callbacks()
    {
        var ambient = new AsyncLocal<string> { Value = "armed" };
        using var timer = _time.CreateTimer(_ => Note(ambient.Value!), null, Second, Timeout.InfiniteTimeSpan);
        ambient.Value = "advanced";

        _time.Advance(Second);

        _fired.ShouldBe(["armed@1"]);
    }

    [Fact]
    public async Task A_delay_ends_when_time_has_moved()
    {
        var delay = Task.Delay(Second, _time, TestContext.Current.CancellationToken);
        delay.IsCompleted.ShouldBeFalse();

        _time.Advance(Second);

        await delay;
        _time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Work_is_run_until_it_ends_and_its_waits_take_no_time()
    {
        var work = WaitAsync();

        (await _time.RunUntilAsync(work)).ShouldBe("done");
        _time.GetTimestamp().ShouldBe(TimeSpan.FromDays(2).Ticks);

        async Task<string> WaitAsync()
        {
            await Task.Delay(TimeSpan.FromDays(1), _time);
            await Task.Yield();
            await Task.Delay(TimeSpan.FromDays(1), _time);
            return "done";
        }
    }

    [Fact]
    public async Task The_exception_of_work_that_fails_comes_out()
    {
        var work = FailAsync();

        await Should.ThrowAsync<TimeZoneNotFoundException>(_time.RunUntilAsync(work));

        async Task FailAsync()
        {
            await Task.Delay(Second, _time);
            throw new TimeZoneNotFoundException();
        }
    }

    [Fact]
    public async Task Work_that_waits_for_something_else_is_waited_for()
    {
        var other = new TaskCompletionSource();
        var run = _time.RunUntilAsync(other.Task);
        run.IsCompleted.ShouldBeFalse();

        other.SetResult();

        await run.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        _time.GetTimestamp().ShouldBe(0);
    }

    [Fact]
    public async Task Concurrent_advances_lose_no_time_and_no_timer()
    {
        const int Threads = 4;
        const int Steps = 500;
        var fired = 0;
        var timers = Enumerable.Range(1, Threads * Steps)
            .Select(i => _time.CreateTimer(_ => Interlocked.Increment(ref fired), null, i * Second, Timeout.InfiniteTimeSpan))
            .ToArray();

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Steps; i++)
            {
                _time.Advance(Second);
            }
        })));

        _time.GetTimestamp().ShouldBe(Threads * Steps * TimeSpan.TicksPerSecond);
        fired.ShouldBe(timers.Length);
    }

    private ITimer Arm(string name, TimeSpan due) => _time.CreateTimer(_ => Note(name), null, due, Timeout.InfiniteTimeSpan);

    private void Note(string name) => _fired.Add($"{name}@{_time.GetTimestamp() / TimeSpan.TicksPerSecond}");

    private void StopAfterNote(ITimer timer)
    {
        Note("once");
        timer.Dispose();
    }
}
