using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Admission;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>Configuration that changes while the program runs.</summary>
public class ReloadTests
{
    private readonly LogCollector _log = new();
    private readonly ManualTimeProvider _time = new();

    private IEnumerable<string> Logged => _log.Ours.Select(static entry => entry.ToString());

    [Fact]
    public void Limits_change_in_place_and_what_is_used_stays_used()
    {
        var source = new ReloadableSource(("Services:a:Limits:0:Name", "main"), ("Services:a:Limits:0:Quota", "3"), ("Services:a:Limits:0:Window", "hour"));
        using var container = Container(source.Root());
        var limiter = Limiter(container);
        Admitted(limiter).ShouldBe(3);

        source.Change(("Services:a:Limits:0:Quota", "5"));

        Admitted(limiter).ShouldBe(2);
        Limiter(container).ShouldBeSameAs(limiter);
        Logged.ShouldBe(["Information: The limits of a were changed while running."]);
    }

    [Fact]
    public void A_short_form_may_change_and_is_the_same_limit_still()
    {
        var source = new ReloadableSource(("Services:a:Limits:0", "3/hour"), ("Services:a:Limits:1", "100 tokens/hour"));
        using var container = Container(source.Root());
        var limiter = Limiter(container);
        Admitted(limiter).ShouldBe(3);

        source.Change(("Services:a:Limits:0", "5/hour"));

        Admitted(limiter).ShouldBe(2);
        Limits(limiter).ShouldBe("5/hour, 100 tokens/hour");
    }

    [Fact]
    public void A_pace_comes_and_goes_and_what_is_used_stays_used()
    {
        var source = new ReloadableSource(("Services:a:Limits", "48/day"));
        using var container = Container(source.Root());
        var limiter = Limiter(container);
        limiter.TryAcquire(AdmissionRequest.Of(UnitCost.Requests, 40)).IsAdmitted.ShouldBeTrue();

        source.Change(("Services:a:Limits", "48/day pace even burst 3"));
        Limits(limiter).ShouldBe("48/day");
        Admitted(limiter).ShouldBe(3);

        source.Change(("Services:a:Limits", "48/day"));
        Limits(limiter).ShouldBe("48/day");
        Admitted(limiter).ShouldBe(5);
    }

    [Fact]
    public void A_pace_continues_no_limit_but_a_pace()
    {
        var source = new ReloadableSource(("Services:a:Limits:0", "48/day pace even burst 3"), ("Services:a:ArrivalGuard", "0 s"));
        using var container = Container(source.Root());
        var limiter = Limiter(container);
        Admitted(limiter).ShouldBe(3);

        source.Change(("Services:a:Limits:0", "50/day"), ("Services:a:Limits:1", "20/hour token-bucket"));

        Admitted(limiter).ShouldBe(20);
    }

    [Fact]
    public void Modes_switch_while_running()
    {
        var source = new ReloadableSource(("Services:a:Limits", "1/hour"));
        using var container = Container(source.Root());
        var limiter = Limiter(container);
        Admitted(limiter).ShouldBe(1);

        source.Change(("Services:a:Mode", "DryRun"));
        limiter.GetStatus().Mode.ShouldBe(RateLimitMode.DryRun);
        limiter.TryAcquire().IsAdmitted.ShouldBeTrue();

        source.Change(("Services:a:Mode", null));
        limiter.GetStatus().Mode.ShouldBe(RateLimitMode.Enforce);
        limiter.TryAcquire().IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public void Global_limits_change_while_running()
    {
        var source = new ReloadableSource(("Services:a:Limits", "100/hour"), ("Services:b:Limits", "100/hour"), ("Global:Limits", "2/hour"));
        using var container = Container(source.Root());
        Admitted(Limiter(container)).ShouldBe(2);
        Limiter(container, "b").TryAcquire().IsAdmitted.ShouldBeFalse();

        source.Change(("Global:Limits", null));

        Limiter(container, "b").TryAcquire().IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public async Task Whoever_waits_goes_by_all_that_has_changed_or_not_at_all()
    {
        var source = new ReloadableSource(("Services:a:Limits", "100/hour"), ("Global:Limits", "1/hour"), ("Services:a:ArrivalGuard", "0 s"));
        await using var container = Container(source.Root());
        var limiter = Limiter(container);
        Admitted(limiter).ShouldBe(1);
        var waiting = limiter.AcquireAsync(new AdmissionRequest { Timeout = Timeout.InfiniteTimeSpan }, TestContext.Current.CancellationToken).AsTask();

        source.Change(("Services:a:Limits", "1/hour"), ("Global:Limits", "100/hour"));
        limiter.GetStatus().Line.ShouldHaveSingleItem().Waiting.ShouldBe(1);

        source.Change(("Services:a:Limits", "2/hour"));
        (await waiting).Dispose();
    }

    [Fact]
    public void A_bad_change_keeps_the_last_good_one_and_says_so()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"), ("Services:b:Limits", "3/hour"));
        using var container = Container(source.Root());
        var (a, b) = (Limiter(container), Limiter(container, "b"));

        source.Change(("Services:a:Limits", "9/hour"), ("Services:b:Limits", "fast"), ("Services:b:Mode", "Off"));

        Admitted(a).ShouldBe(3);
        Admitted(b).ShouldBe(3);
        const string Faults = "RateLimiting:Services:b:Mode: 'Off' → one of Enforce, DryRun, Disabled. "
            + "RateLimiting:Services:b:Limits: 'fast' → a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'.";
        Logged.Order(StringComparer.Ordinal).ShouldBe(
        [
            $"Error: The changed limits of a are not valid and were not taken over; the last valid ones stay. {Faults}",
            $"Error: The changed limits of b are not valid and were not taken over; the last valid ones stay. {Faults}",
        ]);

        source.Change(("Services:b:Limits", "4/hour"), ("Services:b:Mode", null));

        Limits(a).ShouldBe("9/hour");
        Limits(b).ShouldBe("4/hour");
    }

    [Fact]
    public void A_bad_change_is_told_of_although_nothing_is_used_yet()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"), ("Services:b:Limits", "3/hour"));
        using var container = Container(source.Root());
        container.GetRequiredService<ServiceRegistry>();

        source.Change(("Services:b:Limits", "fast"));

        const string Fault = "RateLimiting:Services:b:Limits: 'fast' → a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'.";
        Logged.Order(StringComparer.Ordinal).ShouldBe(
        [
            $"Error: The changed limits of a are not valid and were not taken over; the last valid ones stay. {Fault}",
            $"Error: The changed limits of b are not valid and were not taken over; the last valid ones stay. {Fault}",
        ]);
        Admitted(Limiter(container, "b")).ShouldBe(3);
    }

    [Fact]
    public void A_logger_that_throws_neither_keeps_a_change_from_anybody_nor_reaches_whoever_made_it()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"), ("Services:b:Limits", "3/hour"));
        using var throwing = new ThrowingTelemetry();
        using var container = Container(source.Root(), services => services.AddServiceRateLimiting("a").AddSingleton<ILoggerFactory>(throwing));
        var (a, b) = (Limiter(container), Limiter(container, "b"));

        Should.NotThrow(() => source.Change(("Services:a:Limits", "4/hour"), ("Services:b:Limits", "5/hour")));
        (Limits(a), Limits(b)).ShouldBe(("4/hour", "5/hour"));
        Should.NotThrow(() => source.Change(("Services:a:Limits", "fast")));

        (Limits(a), Limits(b)).ShouldBe(("4/hour", "5/hour"));
        throwing.Thrown.ShouldBe(4);
    }

    [Fact]
    public void A_service_that_is_taken_out_while_it_is_used_keeps_its_limits()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"), ("Services:b:Limits", "3/hour"));
        using var container = Container(source.Root());
        var b = Limiter(container, "b");

        source.Change(("Services:b:Limits", null));

        Limits(b).ShouldBe("3/hour");
        Logged.ShouldHaveSingleItem().ShouldEndWith("RateLimiting:Services:b:Limits: missing → at least one limit, such as '500/minute', or a Preset, or 'discover', or the Mode Disabled.");
    }

    [Fact]
    public void A_service_may_be_added_while_running()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"));
        using var container = Container(source.Root());
        Limiter(container);

        source.Change(("Services:b:Limits", "4/hour"));

        Admitted(Limiter(container, "b")).ShouldBe(4);
    }

    [Fact]
    public void A_change_of_something_else_changes_nothing_and_says_nothing()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"));
        using var container = Container(source.Root());
        Limiter(container);

        source.Change();
        source.Change();

        Logged.ShouldBeEmpty();
    }

    [Fact]
    public void Sections_of_another_configuration_are_followed()
    {
        var source = new ReloadableSource(("x", "unused"), ("Mine:Limits", "3/hour"));
        var section = source.Root().GetSection("RateLimiting:Mine");
        using var container = Container(configuration: null, services => services.AddHttpClient("mine").AddServiceRateLimiting(section));
        var limiter = Limiter(container, "mine");
        Limits(limiter).ShouldBe("3/hour");

        source.Change(("Mine:Limits", "4/hour"));

        Limits(limiter).ShouldBe("4/hour");
    }

    [Fact]
    public void Options_that_say_themselves_that_they_changed_are_followed()
    {
        var quota = 3;
        using var changed = new ChangingOptions();
        using var container = Container(configuration: null, services => services
            .AddServiceRateLimiting("a", service => service.Limit($"{quota}/hour"))
            .AddSingleton<IOptionsChangeTokenSource<ServiceRateLimitingOptions>>(changed));
        var limiter = Limiter(container);

        quota = 4;
        changed.Fire();

        Limits(limiter).ShouldBe("4/hour");
    }

    [Fact]
    public void A_delegate_that_throws_does_not_reach_whoever_changed_the_configuration()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"));
        var fails = false;
        using var container = Container(source.Root(), services => services.AddServiceRateLimiting("a", _ =>
        {
            if (fails)
            {
                throw new FormatException("not\nnow");
            }
        }));
        var limiter = Limiter(container);

        fails = true;
        Should.NotThrow(() => source.Change(("Services:a:Limits", "4/hour")));

        Limits(limiter).ShouldBe("3/hour");
        Logged.ShouldHaveSingleItem().ShouldEndWith("FormatException: not?now");
    }

    [Fact]
    public void A_client_that_comes_after_a_bad_change_is_served_all_the_same()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"));
        using var container = Container(source.Root(), static services => services.ConfigureHttpClientDefaults(static client => client.AddServiceRateLimiting(static service => service.Limit("7/hour"))));
        Limiter(container);

        source.Change(("Services:a:Limits", "fast"));
        container.GetRequiredService<IHttpClientFactory>().CreateClient("later").Dispose();

        Limits(Limiter(container, "later")).ShouldBe("7/hour");
        source.Change(("Services:a:Limits", "4/hour"));
        Limits(Limiter(container, "later")).ShouldBe("7/hour");
        Limits(Limiter(container)).ShouldBe("4/hour");
    }

    [Fact]
    public async Task However_many_ask_for_a_service_at_once_it_is_made_once()
    {
        using var container = Container(new ReloadableSource(("Services:a:Limits", "3/hour")).Root());
        using var start = new Barrier(participantCount: 4);

        var limiters = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return Limiter(container);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        limiters.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_storm_of_changes_ends_in_the_last_one_and_never_admits_more_than_the_largest()
    {
        const int Changes = 400;
        var source = new ReloadableSource(("Services:a:Limits:0:Name", "main"), ("Services:a:Limits:0:Quota", "40"), ("Services:a:Limits:0:Window", "hour"));
        using var container = Container(source.Root());
        var limiter = Limiter(container);
        var admitted = 0;
        var ended = false;
        var callers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref ended))
            {
                if (limiter.TryAcquire().IsAdmitted)
                {
                    Interlocked.Increment(ref admitted);
                }
            }
        })).ToArray();

        var random = new Random(3);
        for (var i = 0; i < Changes; i++)
        {
            source.Change(("Services:a:Limits:0:Quota", random.Next(3) == 0 ? "broken" : $"{1 + random.Next(50)}"));
        }

        source.Change(("Services:a:Limits:0:Quota", "50"));
        Volatile.Write(ref ended, true);
        await Task.WhenAll(callers);
        admitted += Admitted(limiter);

        Limits(limiter).ShouldBe("main");
        limiter.GetStatus().Limits.ShouldHaveSingleItem().Quota.ShouldBe(50);
        admitted.ShouldBe(50);
    }

    [Fact]
    public void Nothing_is_followed_once_the_container_is_gone()
    {
        var source = new ReloadableSource(("Services:a:Limits", "3/hour"));
        var container = Container(source.Root());
        var limiter = Limiter(container);
        container.Dispose();

        source.Change(("Services:a:Limits", "fast"));

        Logged.ShouldBeEmpty();
        limiter.TryAcquire().Reason.ShouldBe(RejectionReason.Disposed);
        _time.ArmedTimers.ShouldBe(0);
    }

    private static IServiceRateLimiter Limiter(IServiceProvider container, string service = "a") => container.GetRequiredKeyedService<IServiceRateLimiter>(service);

    private static string Limits(IServiceRateLimiter limiter) => string.Join(", ", limiter.GetStatus().Limits.Select(static limit => limit.Name));

    private static int Admitted(IServiceRateLimiter limiter)
    {
        var admitted = 0;
        while (limiter.TryAcquire().IsAdmitted)
        {
            admitted++;
        }

        return admitted;
    }

    private ServiceProvider Container(IConfiguration? configuration, Action<IServiceCollection>? add = null) => Configured.Container(configuration, services =>
    {
        services.AddLogging(logging => logging.AddProvider(_log).SetMinimumLevel(LogLevel.Information)).AddSingleton<TimeProvider>(_time);
        if (add is null)
        {
            services.AddServiceRateLimiting("a");
        }

        add?.Invoke(services);
    });

    private sealed class ChangingOptions : IOptionsChangeTokenSource<ServiceRateLimitingOptions>, IDisposable
    {
        private CancellationTokenSource _source = new();

        public string? Name => "a";

        public IChangeToken GetChangeToken() => new CancellationChangeToken(_source.Token);

        public void Fire()
        {
            using var fired = Interlocked.Exchange(ref _source, new CancellationTokenSource());
            fired.Cancel();
        }

        public void Dispose() => _source.Dispose();
    }
}
