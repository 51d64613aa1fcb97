using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.History.Recording;
using RateLimited.Http.History.Tests.Journal;

namespace RateLimited.Http.History.Tests.Recording;

public sealed class PendingRecordsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void That_there_is_enough_is_said_once_for_each_batch()
    {
        var pending = Pendings(static options => options.BatchSize = 10);

        Enumerable.Range(0, 25).Select(i => pending.Add(Refused($"{i}"), Start)).Select(static (said, at) => (said, at)).Where(static each => each.said != Pending.Kept).ShouldBe([(Pending.Enough, 9)]);
        pending.Take().Records.Count.ShouldBe(25);
        Enumerable.Range(0, 10).Select(i => pending.Add(Refused($"{i}"), Start)).Count(static said => said == Pending.Enough).ShouldBe(1);
    }

    [Fact]
    public void Alike_refusals_of_one_minute_are_one_record_with_their_number()
    {
        var pending = Pendings();
        for (var second = 0; second < 90; second++)
        {
            pending.Add(Refused("a"), Start.AddSeconds(second));
        }

        pending.Take().Records.Cast<RefusalRecord>().Select(static record => (record.At, record.Count)).ShouldBe([(Start, 60), (Start.AddMinutes(1), 30)]);
    }

    [Fact]
    public void What_differs_in_anything_is_kept_apart()
    {
        var pending = Pendings();
        RefusedRequest[] refused =
        [
            Refused("a"), Refused("b"), Refused("a") with { Endpoint = "GET /x" }, Refused("a") with { Key = "first" }, Refused("a") with { Limit = "daily" },
            Refused("a") with { Reason = RejectionReason.QueueFull }, Refused("a") with { Priority = RequestPriority.Low }, Refused("a") with { Service = "other" }, Refused("a") with { Tenant = null },
        ];
        foreach (var each in refused)
        {
            pending.Add(each, Start);
        }

        pending.Take().Records.Count.ShouldBe(refused.Length);
    }

    [Fact]
    public void Nothing_is_lost_unseen_whatever_comes_in_whatever_order() => Prop.ForAll(
        Gen.ListOf(Gen.Choose(0, 400)).Resize(2_000).ToArbitrary(),
        static steps =>
        {
            var pending = Pendings(static options => options.MaxPending = 100);
            long refused = 0, minutes = 0, kept = 0, keptMinutes = 0, lost = 0, lostMinutes = 0;
            foreach (var step in steps)
            {
                switch (step)
                {
                    case 0:
                        Count(pending.Take());
                        break;
                    case 1:
                        pending.Lose(pending.Take());
                        break;
                    case < 20:
                        pending.Add(new UsageRecord { At = Start, Service = "s" });
                        minutes++;
                        break;
                    default:
                        pending.Add(Refused($"{step}"), Start);
                        refused++;
                        break;
                }
            }

            Count(pending.Take());
            return refused == kept + lost && minutes == keptMinutes + lostMinutes && pending.Dropped == lost + lostMinutes;

            void Count(RecordBatch batch)
            {
                kept += batch.Records.OfType<RefusalRecord>().Sum(static record => record.Count);
                keptMinutes += batch.Records.OfType<UsageRecord>().Count();
                lost += batch.LostRefusals;
                lostMinutes += batch.LostMinutes;
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Texts_of_callers_are_bounded()
    {
        var pending = Pendings();
        pending.Add(Refused(new string('t', 100_000)) with { Endpoint = new string('e', 100_000) }, Start);

        var record = pending.Take().Records.OfType<RefusalRecord>().Single();
        record.Tenant.ShouldBe(new string('t', PendingRecords.LongestText));
        record.Endpoint.ShouldBe(new string('e', PendingRecords.LongestText));
    }

    private static RefusedRequest Refused(string tenant) => new() { Service = "shop", Reason = RejectionReason.LimitReached, Tenant = tenant };

    private static PendingRecords Pendings(Action<RateLimitHistoryOptions>? configure = null) => new(JournalDirectory.Settings(configure ?? (static _ => { })));
}
