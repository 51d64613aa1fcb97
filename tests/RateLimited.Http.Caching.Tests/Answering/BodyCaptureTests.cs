using System.Runtime.CompilerServices;
using FsCheck.Fluent;
using RateLimited.Http.Caching.Answering;
using RateLimited.Http.Tests.Limits.Cases;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Caching.Tests.Answering;

public sealed class BodyCaptureTests
{
    [Fact]
    public void It_ends_once_gives_its_room_back_and_keeps_what_is_whole_alone()
    {
        const int Most = 20;
        var cases = from parts in Gen.Choose(0, 9).ListOf() from said in Gen.OneOf(Gen.Constant(-1), Gen.Choose(0, 30)) from breaksOff in Gen.Elements(true, false) select (parts, said, breaksOff);

        Holds.For(cases, static drawn =>
        {
            var (room, ends) = (new CaptureRoom(), new List<(byte[]? Body, FlightEnd End)>());
            room.Set(Most, Most);
            var capture = new BodyCapture(drawn.said < 0 ? null : drawn.said, room, (body, end) => ends.Add((body, end)));
            var sum = 0;
            foreach (var bytes in drawn.parts)
            {
                capture.Append(new byte[bytes]);
                sum += bytes;
            }

            if (!drawn.breaksOff)
            {
                capture.Complete();
            }

            capture.GiveUp();

            var (whole, last) = ends.ShouldHaveSingleItem();
            room.Taken.ShouldBe(0);
            (last == FlightEnd.Kept).ShouldBe(whole is not null);
            if (whole is not null)
            {
                whole.Length.ShouldBeLessThanOrEqualTo(Most);
                (drawn.said < 0 ? sum : drawn.said).ShouldBe(whole.Length);
            }
            else if (sum > Most && drawn.said < 0)
            {
                last.ShouldBe(FlightEnd.NotKept, "it is too large for the next one too");
            }
            else if (sum <= Most && sum < drawn.said)
            {
                last.ShouldBe(FlightEnd.GivenUp);
            }
        });
    }

    [Fact]
    public async Task What_its_reader_dropped_gives_its_room_back_and_is_told_of_once()
    {
        var (room, ends) = (new CaptureRoom(), new List<FlightEnd>());
        room.Set(1000, 1000);
        Drop(room, ends);
        room.Taken.ShouldBe(100);

        await Eventually.TrueAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return room.Taken == 0 && ends.Count > 0;
        });

        ends.ShouldBe([FlightEnd.GivenUp]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(CaptureRoom room, List<FlightEnd> ends) => new BodyCapture(length: null, room, (_, end) => ends.Add(end)).Append(new byte[100]);
}
