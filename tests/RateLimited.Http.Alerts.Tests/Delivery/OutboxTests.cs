using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Alerts.Tests.Delivery;

/// <summary>What waits for a sink, whatever the sink does.</summary>
public sealed class OutboxTests
{
    private static readonly Gen<Case> Cases =
        from capacity in Gen.Choose(1, 6)
        from happenings in Gen.Elements(Happening.Post, Happening.Post, Happening.Deliver, Happening.Fail, Happening.FailFinally, Happening.PostWhileSending).ArrayOf(60)
        from pauses in Gen.Choose(0, 400).ArrayOf(60)
        select new Case(capacity, [.. happenings.Zip(pauses)]);

    private enum Happening
    {
        Post,
        PostWhileSending,
        Deliver,
        Fail,
        FailFinally,
    }

    [Fact]
    public void It_is_bounded_keeps_its_order_and_counts_what_is_lost() => Holds.For(Cases, static given =>
    {
        var outbox = new Outbox { Capacity = given.Capacity, GiveUpAfter = TimeSpan.FromMinutes(20) };
        var (now, posted, delivered, mayWait) = (TimeSpan.Zero, 0, new List<int>(), false);
        foreach (var (happening, pause) in given.Steps)
        {
            now += TimeSpan.FromSeconds(pause);
            if (happening == Happening.Post)
            {
                outbox.Add(Notice(++posted), now);
            }
            else if (outbox.DueIn(now) == TimeSpan.Zero)
            {
                var sent = int.Parse(outbox.Begin().Id, System.Globalization.CultureInfo.InvariantCulture);
                if (happening == Happening.PostWhileSending)
                {
                    outbox.Add(Notice(++posted), now);
                }

                if (happening is Happening.Deliver or Happening.PostWhileSending)
                {
                    delivered.Add(sent);
                    outbox.Delivered();
                }
                else
                {
                    outbox.Failed(now, happening == Happening.FailFinally, retryAfter: null);
                    mayWait = true;
                }
            }

            outbox.Count.ShouldBeLessThanOrEqualTo(given.Capacity);
            (outbox.DueIn(now) ?? TimeSpan.Zero).ShouldBeLessThanOrEqualTo(mayWait ? Outbox.LongestPause : TimeSpan.Zero);
            (delivered.Count + outbox.Dropped + outbox.Count).ShouldBe(posted);
        }

        delivered.ShouldBe(delivered.Order());
        delivered.ShouldBeUnique();
    });

    [Fact]
    public void Pauses_grow_to_five_minutes_and_one_success_forgets_them()
    {
        var (outbox, now, pauses) = (new Outbox { Capacity = 2, GiveUpAfter = TimeSpan.FromDays(1) }, TimeSpan.Zero, new List<double>());
        outbox.Add(Notice(1), now);
        outbox.Add(Notice(2), now);
        for (var i = 0; i < 12; i++)
        {
            outbox.Begin();
            outbox.Failed(now, isFinal: false, retryAfter: null).ShouldBeFalse();
            pauses.Add(outbox.DueIn(now)!.Value.TotalSeconds);
            now += outbox.DueIn(now)!.Value;
        }

        pauses.ShouldBe([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        outbox.Begin().Id.ShouldBe("1");
        outbox.Delivered();
        outbox.Begin();
        outbox.Failed(now, isFinal: false, retryAfter: null);
        outbox.DueIn(now).ShouldBe(Outbox.FirstPause);
    }

    [Theory]
    [InlineData(30, 30)]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(7_200, 3_600)]
    public void It_waits_as_long_as_it_is_asked_to_within_an_hour(int asked, int waited)
    {
        var outbox = new Outbox { Capacity = 2, GiveUpAfter = TimeSpan.FromDays(1) };
        outbox.Add(Notice(1), TimeSpan.Zero);
        outbox.Begin();

        outbox.Failed(TimeSpan.Zero, isFinal: false, TimeSpan.FromSeconds(asked));

        outbox.DueIn(TimeSpan.Zero).ShouldBe(TimeSpan.FromSeconds(waited));
    }

    [Fact]
    public void What_is_too_old_or_refused_for_good_is_given_up_and_the_next_goes()
    {
        var outbox = new Outbox { Capacity = 4, GiveUpAfter = TimeSpan.FromMinutes(1) };
        outbox.Add(Notice(1), TimeSpan.Zero);
        outbox.Add(Notice(2), TimeSpan.Zero);
        outbox.Begin();
        outbox.Failed(TimeSpan.Zero, isFinal: true, retryAfter: null).ShouldBeTrue();
        outbox.DueIn(TimeSpan.Zero).ShouldBe(TimeSpan.Zero, "it was that notice and not the sink");

        outbox.Begin().Id.ShouldBe("2");
        outbox.Failed(TimeSpan.FromSeconds(59), isFinal: false, retryAfter: null).ShouldBeFalse();
        outbox.Begin();
        outbox.Failed(TimeSpan.FromSeconds(60), isFinal: false, retryAfter: null).ShouldBeTrue();

        (outbox.Count, outbox.Dropped, outbox.DueIn(TimeSpan.Zero)).ShouldBe((0, 2, null));
    }

    internal static AlertNotice Notice(int id) => new()
    {
        Id = id.ToString(System.Globalization.CultureInfo.InvariantCulture),
        At = DateTimeOffset.UnixEpoch,
        Source = "here",
        Rule = "UsageHigh",
        Severity = AlertSeverity.Warning,
        Fired = [],
        Recovered = [],
    };

    private sealed record Case(int Capacity, IReadOnlyList<(Happening Happening, int Pause)> Steps)
    {
        public override string ToString() => $"{Capacity}: {string.Join(' ', Steps)}";
    }
}
