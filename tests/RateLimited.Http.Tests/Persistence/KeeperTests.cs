using System.Text;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Limits;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Measuring;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Persistence;

/// <summary>A process that ends gives no quota out anew, however it ends.</summary>
public sealed class KeeperTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly ManualTimeProvider _time = new();
    private readonly string _directory = KeptBed.NewDirectory();

    [Fact]
    public void What_went_before_a_restart_in_order_has_gone_and_nothing_else()
    {
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 700).ShouldBe(700), Daily(1000));

        Live(_directory, static (bed, limiter) => bed.Go(limiter, 1000).ShouldBe(300), Daily(1000));
    }

    [Fact]
    public void What_went_before_kill_9_has_gone_and_at_most_a_part_of_the_quota_is_lost_with_it()
    {
        string left = string.Empty;
        Live(_directory, (bed, limiter) =>
        {
            bed.Go(limiter, 700).ShouldBe(700);
            left = bed.Killed();
        }, Daily(6400));

        Live(left, static (bed, limiter) => bed.Go(limiter, 6400).ShouldBeInRange(6400 - 700 - (6400 / Allowance.SmallestPart), 6400 - 700), Daily(6400));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public void However_often_it_is_killed_no_day_gives_more_than_its_quota(int quota)
    {
        var (directory, gone) = (_directory, 0);
        for (var life = 0; life < 12; life++)
        {
            string left = string.Empty;
            Live(directory, (bed, limiter) =>
            {
                gone += bed.Go(limiter, 1 + (life % 3 * quota / 20));
                left = bed.Killed();
                _time.Advance(TimeSpan.FromMinutes(1));
            }, Daily(quota));
            directory = left;
        }

        Live(directory, (bed, limiter) => gone += bed.Go(limiter, quota), Daily(quota));
        gone.ShouldBeLessThanOrEqualTo(quota);
        gone.ShouldBeGreaterThanOrEqualTo(quota - (13 * Math.Max(quota / Allowance.SmallestPart, 0)));
    }

    [Fact]
    public void A_new_day_gives_its_quota_whenever_the_old_one_ended()
    {
        string left = string.Empty;
        Live(_directory, (bed, limiter) =>
        {
            bed.Go(limiter, 100).ShouldBe(100);
            left = bed.Killed();
        }, Daily(100));
        _time.Advance(Day);

        Live(left, static (bed, limiter) => bed.Go(limiter, 200).ShouldBe(100), Daily(100));
    }

    [Fact]
    public void A_wall_clock_that_went_back_brings_nothing_back_and_one_second_later_it_is_still_gone()
    {
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 100).ShouldBe(100), Sliding(100));
        _time.JumpWall(-Day * 3);

        Live(_directory, static (bed, limiter) => bed.Go(limiter, 1).ShouldBe(0), Sliding(100));
        _time.Advance(TimeSpan.FromSeconds(1));
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 1).ShouldBe(0), Sliding(100));
        _time.Advance(Day);
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 200).ShouldBe(100), Sliding(100));
    }

    [Fact]
    public void A_wall_clock_that_went_forward_brings_nothing_back_while_the_machine_was_not_started_anew()
    {
        var machine = new MachineClock(_time, bootId: 42);
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 100).ShouldBe(100), Sliding(100), machine);
        _time.JumpWall(Day * 3);

        Live(_directory, static (bed, limiter) => bed.Go(limiter, 1).ShouldBe(0), Sliding(100), machine);
        _time.Advance(Day);
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 200).ShouldBe(100), Sliding(100), machine);
    }

    [Fact]
    public void A_changed_quota_applies_to_what_was_left_behind_as_to_what_a_reload_finds()
    {
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 80).ShouldBe(80), Daily(100));

        Live(_directory, static (bed, limiter) => bed.Go(limiter, 1000).ShouldBe(120), Daily(200));
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 1000).ShouldBe(0), Sliding(150));
    }

    [Fact]
    public void A_pace_goes_on_where_it_was()
    {
        var paced = Daily(100) with { Limits = [new LimitDefinition("day", UnitCost.Requests, new PacedWindow(new FixedWindow(100, Day.Ticks), 10, WeekShape.Even))] };
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 100).ShouldBe(10), paced);
        _time.Advance(Day / 4);
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 100).ShouldBe(25), paced);

        Live(_directory, static (bed, limiter) => bed.Go(limiter, 100).ShouldBe(65), Daily(100));
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 100).ShouldBe(0), paced);
    }

    [Fact]
    public void A_reload_changes_what_is_kept()
    {
        string left = string.Empty;
        Live(_directory, (bed, limiter) =>
        {
            bed.Go(limiter, 80).ShouldBe(80);
            limiter.Apply(Daily(100) with { IsKept = true, Limits = [Window("day", 90, Day), Window("hour", 1000, TimeSpan.FromHours(1))] });
            bed.Go(limiter, 100).ShouldBe(10);
            left = bed.Killed();
        }, Daily(100));

        Live(left, static (bed, limiter) => bed.Go(limiter, 1000).ShouldBe(0), Daily(100) with { Limits = [Window("day", 90, Day), Window("hour", 1000, TimeSpan.FromHours(1))] });
    }

    [Fact]
    public void Each_tenant_finds_what_it_left_and_nobody_else_does()
    {
        string left = string.Empty;
        var service = Define() with { TenantLimits = [Window("each", 64, Day, by: PartitionBy.Tenant)] };
        Live(_directory, (bed, limiter) =>
        {
            bed.Go(limiter, 100, Of(tenant: "a")).ShouldBe(64);
            bed.Go(limiter, 10, Of(tenant: "b")).ShouldBe(10);
            left = bed.Killed();
        }, service);

        Live(left, static (bed, limiter) =>
        {
            bed.Go(limiter, 100, Of(tenant: "a")).ShouldBe(0);
            bed.Go(limiter, 100, Of(tenant: "b")).ShouldBeInRange(53, 54);
            bed.Go(limiter, 100, Of(tenant: "c")).ShouldBe(64);
        }, service);
    }

    [Fact]
    public async Task What_all_services_share_and_what_is_learned_outlives_the_process_and_what_is_held_does_not()
    {
        string left = string.Empty;
        LimitDefinition[] globals = [Window("all", 50, Day)];
        var service = Define(Slots("slots", 1), new LimitDefinition("learned", Requests, new AdaptiveConcurrency(200, 1, 20)));
        using (var bed = new KeptBed(_directory, _time, globals: globals))
        {
            var limiter = bed.Serve(service);
            bed.Go(limiter, 1).ShouldBe(1);

            // A limit of fifty is written one by one.
            var holding = limiter.AdmitAsync(default, CancellationToken.None).AsTask();
            bed.Keeper.Step();
            SpinWait.SpinUntil(() => holding.IsCompleted, TimeSpan.FromSeconds(30)).ShouldBeTrue();
            limiter.Learn(await holding, AnswerKind.Throttled, bed.Store.Clock.Now);
            _time.Advance(TimeSpan.FromSeconds(1));
            bed.Keeper.Step();
            left = bed.Killed();
            limiter.GetStatus().Limits.Single(static limit => limit.Name == "learned").Quota.ShouldBe(18);
            limiter.End(await holding, giveBack: false);
        }

        using var next = new KeptBed(left, _time, globals: globals);
        var again = next.Serve(service);
        again.GetStatus().Limits.Single(static limit => limit.Name == "learned").Quota.ShouldBe(18);
        next.Go(again, 100).ShouldBe(48);
    }

    [Fact]
    public void A_quota_that_was_used_up_upstream_is_still_used_up()
    {
        string left = string.Empty;
        var hour = TimeSpan.FromHours(1);
        Live(_directory, (bed, limiter) =>
        {
            bed.Go(limiter, 1).ShouldBe(1);
            limiter.Heed(new RequestOutcome { RetryAfter = hour });
            _time.Advance(TimeSpan.FromSeconds(1));
            bed.Keeper.Step();
            left = bed.Killed();
        }, Daily(1000));

        Live(left, static (bed, limiter) => bed.Go(limiter, 1).ShouldBe(0), Daily(1000));
        _time.Advance(hour);
        Live(left, static (bed, limiter) => bed.Go(limiter, 1).ShouldBe(1), Daily(1000));
    }

    [Fact]
    public void A_service_that_nobody_asks_for_keeps_what_it_left()
    {
        Live(_directory, static (bed, limiter) => bed.Go(limiter, 70).ShouldBe(70), Daily(100));
        for (var i = 0; i < 3; i++)
        {
            Live(_directory, static (bed, limiter) => bed.Go(limiter, 1).ShouldBe(1), Daily(100) with { Name = "other" });
        }

        Live(_directory, static (bed, limiter) => bed.Go(limiter, 100).ShouldBe(30), Daily(100));
    }

    [Fact]
    public async Task Nothing_goes_that_is_not_written_and_whoever_waits_for_that_goes_when_it_is()
    {
        using var bed = new KeptBed(_directory, _time);
        var limiter = bed.Serve(Daily(640));
        bed.Go(limiter, 10).ShouldBe(10);
        var rest = Enumerable.Range(0, 20).Select(_ => limiter.AdmitAsync(default, CancellationToken.None).AsTask()).ToList();
        rest.Count(static each => each.IsCompleted).ShouldBeLessThan(20);

        var haveGone = SpinWait.SpinUntil(
            () =>
            {
                bed.Keeper.Step();
                return rest.TrueForAll(static each => each.IsCompleted);
            },
            TimeSpan.FromSeconds(30));

        haveGone.ShouldBeTrue();
        foreach (var each in rest)
        {
            limiter.End(await each, giveBack: false);
        }
    }

    [Fact]
    public void A_decision_that_is_covered_allocates_nothing()
    {
        using var bed = new KeptBed(_directory, _time);
        var limiter = bed.Serve(Sliding(1_000_000_000));
        bed.Go(limiter, 100_000).ShouldBe(100_000);
        _time.Advance(TimeSpan.FromSeconds(1));
        bed.Go(limiter, 1).ShouldBe(1);
        bed.Keeper.Step();

        Allocated.By(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                limiter.AttemptPermits(1).Dispose();
            }
        }).ShouldBe(0);
    }

    [Fact]
    public void Who_only_asks_has_nothing_written_and_who_comes_finds_it_written_the_next_time()
    {
        using var bed = new KeptBed(_directory, _time);
        var limiter = bed.Serve(Sliding(1_000_000));
        bed.Go(limiter, 1).ShouldBe(1);
        _time.Advance(TimeSpan.FromMinutes(2));
        bed.Keeper.Step();
        var length = bed.FileLength;

        limiter.GetStatus().Wait.ShouldBe(TimeSpan.Zero);
        limiter.EstimateWait().ShouldBe(TimeSpan.Zero);
        bed.Keeper.Step();
        bed.FileLength.ShouldBe(length);

        limiter.TryAcquire().RetryAfter.ShouldBe(TimeSpan.FromMilliseconds(20));
        bed.Keeper.Step();
        bed.FileLength.ShouldBeGreaterThan(length);
        limiter.TryAcquire().IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void Who_may_not_wait_for_the_disk_behind_others_finds_it_written_the_next_time()
    {
        using var bed = new KeptBed(_directory, _time);
        var limiter = bed.Serve(Define(Window("tenant", 640, Day) with { Partition = PartitionBy.Tenant }, new LimitDefinition("slow", "slow", new SlidingWindow(1, Day.Ticks))));
        var costly = new AdmissionRequest { Tenant = "a", Costs = [new UnitCost("slow", 1)] };
        bed.Go(limiter, 1, costly).ShouldBe(1);
        _ = limiter.AdmitAsync(costly, CancellationToken.None).AsTask();
        limiter.GetStatus().Line.ShouldNotBeEmpty();

        limiter.TryAcquire(new AdmissionRequest { Tenant = "b" }).IsAdmitted.ShouldBeFalse();
        bed.Keeper.Step();
        limiter.TryAcquire(new AdmissionRequest { Tenant = "b" }).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_file_that_has_grown_is_begun_anew_and_only_the_last_two_stay()
    {
        Live(_directory, (bed, limiter) =>
        {
            var first = bed.File;
            for (var i = 0; i < 1000 && bed.File == first; i++)
            {
                bed.Go(limiter, 1);
                _time.Advance(TimeSpan.FromMinutes(2));
                bed.Keeper.Step();
            }

            bed.File.ShouldNotBe(first);
            Directory.EnumerateFiles(bed.Directory, "limits.*").Count().ShouldBe(2);
        }, Sliding(1_000_000));
    }

    [Fact]
    public void A_directory_belongs_to_one_process()
    {
        using var bed = new KeptBed(_directory, _time);

        Should.Throw<IOException>(() => new KeptBed(_directory, _time)).Message.ShouldBe($"RateLimiting:File:Directory: '{_directory}' belongs to another process → a directory for each program.");
    }

    [Fact]
    public void What_is_written_is_for_its_owner_alone_and_holds_no_secret()
    {
        using (var keeper = new Keeper(new KeeperSettings(_directory, FileFailureMode.Memory), _time, new Http.Telemetry.RateLimitingTelemetry()))
        {
            using var store = new InProcessStore(_time, [Window("day", 1, Day)], keeper);
        }

        foreach (var path in Directory.EnumerateFiles(_directory, "limits.*"))
        {
            Encoding.UTF8.GetString(File.ReadAllBytes(path)).ShouldContain("day");
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }

    private static ServiceDefinition Daily(long quota) => Define(Fixed("day", quota, Day, WindowAnchor.Clock));

    private static ServiceDefinition Sliding(long quota) => Define(Window("day", quota, Day));

    private void Live(string directory, Action<KeptBed, ServiceLimiter> live, ServiceDefinition service, MachineClock? machine = null)
    {
        using var bed = new KeptBed(directory, _time, new KeeperSettings(directory, FileFailureMode.Memory) { Machine = machine });
        live(bed, bed.Serve(service));
    }
}
