using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Real threads, brought together by a barrier: whoever wins, nothing is lost, nothing minted, nobody hangs.</summary>
public sealed class RaceTests
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_cancellation_that_races_a_grant_is_decided_once_and_the_loser_changes_nothing()
    {
        const int Rounds = 100_000;
        using var bed = new AdmissionBed();
        using var service = bed.Serve(Slots("c", 1));
        var (granted, cancelled) = (0, 0);
        Waiter holder = null!, waiter = null!, next = null!;
        CancellationTokenSource source = null!;
        var random = new Random(7);
        var (spinHolder, spinSource) = (0, 0);
        Together(
            Rounds,
            () =>
            {
                holder = Waiter.Enter(service, token: CancellationToken.None);
                source = new CancellationTokenSource();
                waiter = Waiter.Enter(service, token: source.Token);
                next = Waiter.Enter(service, token: CancellationToken.None);
                (spinHolder, spinSource) = (random.Next(60), random.Next(60));
            },
            () =>
            {
                Thread.SpinWait(spinHolder);
                holder.Complete();
            },
            () =>
            {
                Thread.SpinWait(spinSource);
                source.Cancel();
            },
            () =>
            {
                waiter.IsDone.ShouldBeTrue();
                if (waiter.IsAdmitted)
                {
                    granted++;
                    next.IsDone.ShouldBeFalse("a slot was minted");
                    waiter.Complete();
                }
                else
                {
                    waiter.IsCancelled.ShouldBeTrue();
                    cancelled++;
                }

                next.IsAdmitted.ShouldBeTrue("a slot was lost");
                next.Complete();
                source.Dispose();
            });

        service.GetStatus().Limits[0].Used.ShouldBe(0);
        service.GetStatus().InFlight.ShouldBe(0);
        granted.ShouldBeGreaterThan(0, "the race was never close");
        cancelled.ShouldBeGreaterThan(0, "the race was never close");
    }

    [Fact]
    public void A_lease_disposed_and_settled_by_many_threads_is_released_once()
    {
        using var bed = new AdmissionBed();
        using var service = bed.Serve(Slots("c", 2), Window("t", 100, Ms(1000), Tokens));
        using var other = service.TryAcquire(Of(tokens: 1)).Lease.ShouldNotBeNull();
        ServiceLease lease = null!;
        Together(
            3000,
            () => lease = service.TryAcquire(Of(tokens: 10)).Lease.ShouldNotBeNull(),
            lease_Dispose,
            lease_Dispose,
            () =>
            {
                lease.Dispose();
                var status = service.GetStatus();
                status.Limits[0].Used.ShouldBe(1, "the other's slot was released too");
                status.InFlight.ShouldBe(1);
                status.Limits[1].Used.ShouldBe(1);
            });

        void lease_Dispose()
        {
            lease.Settle(Tokens, 0);
            lease.Dispose();
            lease.GiveBack();
        }
    }

    [Fact]
    public void Disposal_with_waiters_in_line_leases_out_and_timers_firing_answers_everybody()
    {
        AdmissionBed bed = null!;
        ServiceLimiter service = null!;
        List<Waiter> waiters = null!;
        Waiter holder = null!;
        Together(
            1500,
            () =>
            {
                bed = new AdmissionBed();
                service = bed.Serve(Define(Slots("c", 1), Bucket("b", 1, Ms(1), burst: 5)) with { TenantLimits = [Window("t", 2, Ms(5), by: PartitionBy.Tenant)] });
                holder = Waiter.Enter(service, Of(tenant: "t"), token: CancellationToken.None);
                waiters = [.. Enumerable.Range(0, 6).Select(i => Waiter.Enter(service, Of(tenant: i % 2 == 0 ? "t" : null, timeout: Ms(3 + i)), token: CancellationToken.None))];
            },
            () =>
            {
                holder.Complete();
                bed.Advance(Ms(5));
            },
            () => service.Dispose(),
            () =>
            {
                service.Dispose();
                waiters.ShouldAllBe(static waiter => waiter.IsDone);
                foreach (var waiter in waiters.Where(static waiter => waiter.IsAdmitted))
                {
                    waiter.Complete();
                }

                service.GetStatus().InFlight.ShouldBe(0);
                service.TryAcquire(Of(tenant: "late")).Reason.ShouldBe(RejectionReason.Disposed);
                bed.Dispose();
            });
    }

    [Fact]
    public void Threads_that_share_limits_lose_and_mint_nothing()
    {
        const int Threads = 4;
        const int Rounds = 4000;
        using var telemetry = new RateLimitingTelemetry();
        using var store = new InProcessStore(TimeProvider.System, [Slots("global", 3)]);
        var definition = Define(Slots("c", 2), Window("t", 1_000_000_000, TimeSpan.FromHours(1), Tokens)) with
        {
            TenantLimits = [Slots("tenant", 1, PartitionBy.Tenant)],
            MaxPartitions = 2,
        };
        using var one = new ServiceLimiter(definition with { Name = "one" }, store, telemetry.For("one"));
        using var two = new ServiceLimiter(definition with { Name = "two" }, store, telemetry.For("two"));
        var held = new int[2];
        var (charged, over) = (0L, 0);
        var threads = Enumerable.Range(0, Threads).Select(index => new Thread(() => Work(index))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ShouldAllBe(static thread => thread.Join(Watchdog), "somebody hangs");

        over.ShouldBe(0, "more were admitted at once than there are slots");
        foreach (var service in new[] { one, two })
        {
            service.GetStatus().Line.ShouldBeEmpty();
            service.GetStatus().InFlight.ShouldBe(0);
            service.GetStatus().Limits.Where(static limit => limit.Unit == Requests).ShouldAllBe(static limit => limit.Used == 0);
        }

        one.GetStatus().Limits.Concat(two.GetStatus().Limits).Where(static limit => limit.Unit == Tokens).Sum(static limit => limit.Used).ShouldBe(charged);

        void Work(int index)
        {
            var random = new Random(index);
            for (var round = 0; round < Rounds; round++)
            {
                var which = random.Next(2);
                var service = which == 0 ? one : two;
                using var source = new CancellationTokenSource();
                var admission = service.AdmitAsync(Of((RequestPriority)random.Next(-2, 3), random.Next(2) == 0 ? null : $"t{random.Next(4)}", tokens: 5), source.Token).AsTask();
                if (random.Next(4) == 0)
                {
                    source.Cancel();
                }

                try
                {
                    var ticket = admission.WaitAsync(Watchdog, CancellationToken.None).GetAwaiter().GetResult();
                    if (Interlocked.Increment(ref held[which]) > 2)
                    {
                        Interlocked.Increment(ref over);
                    }

                    var actual = random.Next(0, 9);
                    ticket.Settle(new UnitCost(Tokens, actual));
                    Interlocked.Decrement(ref held[which]);
                    Interlocked.Add(ref charged, actual);
                    ticket.Complete();
                }
                catch (OperationCanceledException)
                {
                    // It left the line in time.
                }
            }
        }
    }

    [Fact]
    public void Reloads_under_load_lose_nobody_and_mint_nothing()
    {
        const int Reloads = 1500;
        using var telemetry = new RateLimitingTelemetry();
        using var store = new InProcessStore(TimeProvider.System, []);
        using var service = new ServiceLimiter(Definition(0), store, telemetry.For("s"));
        var (done, isOver) = (0, false);
        var (held, over) = (0, 0);
        var threads = Enumerable.Range(0, 3).Select(index => new Thread(() => Work(index))).ToList();
        threads.ForEach(static thread => thread.Start());
        for (var reload = 1; reload <= Reloads; reload++)
        {
            service.Apply(Definition(reload));
            if (reload % 10 == 0)
            {
                store.ApplyGlobal(reload % 20 == 0 ? [] : [Slots("global", 5)]);
                service.Apply();
            }
        }

        Volatile.Write(ref isOver, true);
        threads.ShouldAllBe(static thread => thread.Join(Watchdog), "somebody hangs");
        store.ApplyGlobal([]);
        service.Apply();

        done.ShouldBeGreaterThan(100);
        over.ShouldBe(0, "more were admitted at once than there ever were slots");
        service.GetStatus().Line.ShouldBeEmpty();
        service.GetStatus().InFlight.ShouldBe(0);
        service.GetStatus().Limits.Where(static limit => limit.Name == "c").ShouldAllBe(static limit => limit.Used == 0);

        static ServiceDefinition Definition(int reload) => Define(Slots("c", 1 + (reload % 3)), Window("r", 100_000 + (reload % 7), Ms(10 + (reload % 5)))) with
        {
            TenantLimits = reload % 2 == 0 ? [] : [Slots("tenant", 1, PartitionBy.Tenant)],
        };

        void Work(int index)
        {
            while (!Volatile.Read(ref isOver))
            {
                var ticket = service.AdmitAsync(Of(tenant: $"t{index % 2}"), CancellationToken.None).AsTask().WaitAsync(Watchdog, CancellationToken.None).GetAwaiter().GetResult();
                over += Interlocked.Increment(ref held) > 3 ? 1 : 0;
                Interlocked.Decrement(ref held);
                ticket.Complete();
                Interlocked.Increment(ref done);
            }
        }
    }

    /// <summary>Runs two actions at the same time, over and over, on two threads that meet before and after.</summary>
    private static void Together(int rounds, Action before, Action first, Action second, Action after)
    {
        using var barrier = new Barrier(2);
        Exception? failure = null;
        var met = 0;
        var other = new Thread(() =>
        {
            for (var round = 0; round < rounds; round++)
            {
                barrier.SignalAndWait();
                Meet(round);
                Run(round % 2 == 0 ? second : first);
                barrier.SignalAndWait();
            }
        });
        other.Start();
        for (var round = 0; round < rounds; round++)
        {
            Run(before);
            barrier.SignalAndWait();
            Meet(round);
            Run(round % 2 == 0 ? first : second);
            barrier.SignalAndWait();
            Run(after);
        }

        other.Join(Watchdog).ShouldBeTrue("the other thread hangs");
        if (failure is not null)
        {
            throw new InvalidOperationException($"Failed in one of {rounds} rounds.", failure);
        }

        // The barrier lets its threads go one after the other; from here they start together.
        void Meet(int round)
        {
            Interlocked.Increment(ref met);
            var wait = default(SpinWait);
            while (Volatile.Read(ref met) < 2 * (round + 1))
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }

        void Run(Action action)
        {
            try
            {
                if (failure is null)
                {
                    action();
                }
            }
            catch (Exception error)
            {
                failure ??= error;
            }
        }
    }
}
