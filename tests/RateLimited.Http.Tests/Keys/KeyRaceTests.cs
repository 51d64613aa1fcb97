using System.Collections.Concurrent;
using RateLimited.Http.Admission;
using RateLimited.Http.Tests.Pipeline;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Keys;

/// <summary>Keys under real threads: what is chosen, held, refused, replaced and returned at once.</summary>
public sealed class KeyRaceTests
{
    private const int SlotsOfEach = 3;

    [Fact]
    public async Task No_key_is_held_more_often_than_it_may_and_all_come_back()
    {
        using var bed = new KeyedBed(Keys("a", "b", "c", "d"));
        var held = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var most = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var end = new CancellationTokenSource();

        var disturbing = Task.Run(() => Disturb(bed, end.Token), TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() => WorkAsync(bed.Limiter, worker, held, most)))).WithinDeadlineAsync();
        await end.CancelAsync();
        await disturbing.WithinDeadlineAsync();

        most.Values.ShouldAllBe(static count => count <= SlotsOfEach);
        most.Keys.ShouldBe(["a", "b", "c", "d"], ignoreOrder: true);
        var status = bed.Limiter.GetStatus();
        status.InFlight.ShouldBe(0);
        status.Keys.ShouldAllBe(static key => key.InFlight == 0);
        status.Limits.ShouldAllBe(static limit => limit.Used == 0);
    }

    private static TestKey[] Keys(params string[] names) => [.. names.Select(static name => new TestKey(name, Slots($"slots {name}", SlotsOfEach)))];

    private static async Task WorkAsync(ServiceLimiter limiter, int worker, ConcurrentDictionary<string, int> held, ConcurrentDictionary<string, int> most)
    {
        var random = new Random(worker);
        for (var i = 0; i < 3_000; i++)
        {
            using var patience = new CancellationTokenSource();
            var acquiring = limiter.AcquireAsync(new AdmissionRequest { Tenant = $"t{random.Next(3)}" }, patience.Token);
            if (random.Next(8) == 0)
            {
                await patience.CancelAsync();
            }

            try
            {
                using var lease = await acquiring;
                var now = held.AddOrUpdate(lease.Key!, 1, static (_, count) => count + 1);
                most.AddOrUpdate(lease.Key!, now, (_, before) => Math.Max(before, now));
                if (random.Next(4) == 0)
                {
                    await Task.Yield();
                }

                held.AddOrUpdate(lease.Key!, 0, static (_, count) => count - 1);
            }
            catch (OperationCanceledException)
            {
                // It left the line.
            }
        }
    }

    /// <summary>Reloads, and asks for everything, all the time.</summary>
    private static void Disturb(KeyedBed bed, CancellationToken end)
    {
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            bed.Limiter.Apply(bed.Limiter.Definition with { MaxPartitions = 1_000 + (i % 2) });
            _ = bed.Limiter.GetStatus();
            _ = bed.Limiter.EstimateWait();
            _ = bed.Limiter.HasOpenKey(new AdmissionRequest { Key = new KeyWish(null, ["a"]) });
            Thread.Yield();
        }
    }
}
