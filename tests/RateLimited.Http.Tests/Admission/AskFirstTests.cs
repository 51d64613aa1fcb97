using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Admission;

/// <summary>A program that has just started asks what is left of a quota before it sends all that it may.</summary>
public sealed class AskFirstTests : IDisposable
{
    private const int Quota = 10;

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly ServiceLimiter _limiter;

    public AskFirstTests()
    {
        _limiter = new ServiceLimiter(Definition(isSpoken: true), new InProcessStore(_time, []), _telemetry.For("s"));
        _limiter.ExpectAnswers();
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_asks_and_what_it_is_told_holds_for_the_others()
    {
        var admissions = Begin(Quota);
        admissions.Count(static each => each.IsCompletedSuccessfully).ShouldBe(1);

        Answer(await admissions[0], Remaining(0));

        _time.Advance(TimeSpan.FromSeconds(59));
        admissions[1..].ShouldAllBe(static each => !each.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Gone(admissions, 2);
    }

    [Fact]
    public async Task An_answer_that_says_nothing_lets_all_go()
    {
        var admissions = Begin(Quota);

        Answer(await admissions[0]);

        await Gone(admissions, Quota);
        _limiter.GetStatus().Limits.ShouldHaveSingleItem().Name.ShouldBe("own");
    }

    [Fact]
    public async Task A_wait_that_the_first_answer_asks_for_is_known_before_the_others_go()
    {
        var admissions = Begin(Quota);
        var first = await admissions[0];

        // As the pipeline takes a refusal in: what it says, then the wait, then whoever waited for it.
        _limiter.Answered(first, [Remaining(Quota - 1)], _limiter.Now);
        admissions[1..].ShouldAllBe(static each => !each.IsCompleted);
        _limiter.Pause(first, TimeSpan.FromMinutes(1));
        _limiter.HeardFirst(first);

        _time.Advance(TimeSpan.FromSeconds(59));
        admissions[1..].ShouldAllBe(static each => !each.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Gone(admissions, 2);
    }

    [Fact]
    public async Task Without_an_answer_all_go_after_a_while()
    {
        var admissions = Begin(Quota);
        _time.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerSecond - 1));
        admissions[1..].ShouldAllBe(static each => !each.IsCompleted);

        _time.Advance(TimeSpan.FromTicks(1));

        await Gone(admissions, Quota);
    }

    [Fact]
    public async Task What_never_left_is_followed_by_the_next_that_asks()
    {
        var admissions = Begin(3);

        (await admissions[0]).GiveBack();

        await Gone(admissions, 2);
        admissions[2].IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_reload_that_asks_nobody_lets_all_go()
    {
        var admissions = Begin(Quota);

        _limiter.Apply(Definition(isSpoken: false));

        await Gone(admissions, Quota);
    }

    [Fact]
    public async Task Once_answered_nothing_is_asked_again_by_a_reload()
    {
        Answer(_limiter.Admit(default, LimitRule.Never, Ended));

        _limiter.Apply(Definition(isSpoken: true));

        await Gone(Begin(Quota - 1), Quota - 1);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Where_nothing_would_be_told_or_heard_nobody_waits(bool isSpoken, bool isExpected)
    {
        using var limiter = new ServiceLimiter(Definition(isSpoken), new InProcessStore(_time, []), _telemetry.For("t"));
        if (isExpected)
        {
            limiter.ExpectAnswers();
        }

        await Gone([.. Enumerable.Range(0, Quota).Select(_ => limiter.AdmitAsync(default, Ended).AsTask())], Quota);
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _telemetry.Dispose();
    }

    private static ServiceDefinition Definition(bool isSpoken) => new()
    {
        Name = "s",
        Limits = [new LimitDefinition("own", UnitCost.Requests, new SlidingWindow(Quota, TimeSpan.TicksPerHour))],
        ArrivalGuard = TimeSpan.Zero,
        Correction = new CorrectionDefinition { IsSpoken = isSpoken },
    };

    private Task<AdmissionTicket>[] Begin(int count) => [.. Enumerable.Range(0, count).Select(_ => _limiter.AdmitAsync(default, Ended).AsTask())];

    /// <summary>Waits until those have gone that come first, however long their threads take.</summary>
    private static Task<AdmissionTicket[]> Gone(Task<AdmissionTicket>[] admissions, int count) => Task.WhenAll(admissions[..count]).WaitAsync(TimeSpan.FromSeconds(30), Ended);

    private void Answer(AdmissionTicket ticket, params ReadOnlySpan<QuotaReport> reports)
    {
        _limiter.Answered(ticket, reports, _limiter.Now);
        _limiter.HeardFirst(ticket);
    }

    private static QuotaReport Remaining(long remaining) =>
        new() { Name = "".AsMemory(), Unit = UnitCost.Requests, Limit = Quota, Remaining = remaining, ResetAfter = TimeSpan.TicksPerMinute };
}
