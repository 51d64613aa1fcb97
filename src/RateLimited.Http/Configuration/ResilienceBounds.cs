namespace RateLimited.Http.Configuration;

/// <summary>The range of every option of resilience. What lies outside is refused at start-up, so that arithmetic and timers never see it.</summary>
internal static class ResilienceBounds
{
    /// <summary>Above any sensible wait, and below the ceiling of the framework's timers (24.8 days are the lowest).</summary>
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public static readonly NumberRange Retries = new(0, 20, "a whole number from 0 to 20");
    public static readonly NumberRange Redirects = new(0, 20, "a whole number from 0 to 20");
    public static readonly NumberRange Status = new(400, 599, "a status from 400 to 599");
    public static readonly NumberRange ReplayBuffer = new(0, 1_073_741_824, "a number of bytes from 0 to 1_073_741_824");
    public static readonly NumberRange BudgetPercent = new(0, 1_000, "a whole number of percent from 0 to 1_000");
    public static readonly NumberRange BudgetFloor = new(0, 100_000, "a whole number from 0 to 100_000");
    public static readonly NumberRange Percent = new(1, 100, "a whole number of percent from 1 to 100");
    public static readonly NumberRange Hedges = new(1, 5, "a whole number from 1 to 5");
    public static readonly NumberRange Connections = new(1, 1_000_000, "a whole number from 1 to 1_000_000");
    public static readonly NumberRange MinimumCalls = new(1, 1_000_000, "a whole number from 1 to 1_000_000");
    public static readonly NumberRange Consecutive = new(0, 1_000_000, "a whole number from 0, for no such rule, to 1_000_000");
    public static readonly NumberRange Probes = new(1, 100, "a whole number from 1 to 100");

    public static readonly DurationRange Timeout = new(TimeSpan.FromMilliseconds(10), Day, "a duration from 10 ms to 24 h, such as '30 s' or '00:00:30'");
    public static readonly DurationRange BaseDelay = new(TimeSpan.Zero, TimeSpan.FromMinutes(5), "a duration from 0 s to 5 min, such as '500 ms' or '00:00:00.5'");
    public static readonly DurationRange MaxDelay = new(TimeSpan.Zero, Day, "a duration from 0 s to 24 h, such as '30 s' or '00:00:30'");
    public static readonly DurationRange BreakerWindow = new(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "a duration from 1 s to 1 h, such as '30 s' or '00:00:30'");
    public static readonly DurationRange SlowCall = new(TimeSpan.FromMilliseconds(1), Day, "a duration from 1 ms to 24 h, such as '2 s' or '00:00:02'");
    public static readonly DurationRange HedgingDelay = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), "a duration from 1 ms to 1 h, such as '800 ms' or '00:00:00.8'");
    public static readonly DurationRange ConnectionTime = new(TimeSpan.FromSeconds(1), Day, "a duration from 1 s to 24 h, such as '2 min' or '00:02:00'");
    public static readonly DurationRange StaleFor = new(TimeSpan.FromSeconds(1), TimeSpan.FromDays(31), "a duration from 1 s to 31 days, such as '10 min' or '00:10:00'");
    public static readonly DurationRange Break = new(TimeSpan.FromMilliseconds(100), Day, "a duration from 100 ms to 24 h, such as '15 s' or '00:00:15'");
}
