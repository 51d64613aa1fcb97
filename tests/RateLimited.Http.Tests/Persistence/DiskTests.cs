using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Testing;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Persistence;

/// <summary>What happens while a disk is full, and when it is not any more.</summary>
public sealed class DiskTests
{
    private const int Quota = 64;

    private static readonly ServiceDefinition Service = Define(Fixed("day", Quota, TimeSpan.FromDays(1), WindowAnchor.Clock));

    private readonly ManualTimeProvider _time = new();
    private readonly string _directory = KeptBed.NewDirectory();
    private readonly Disk _disk = new();

    [Fact]
    public void Requests_go_on_by_memory_with_one_warning_and_what_went_meanwhile_is_written_when_there_is_room_again()
    {
        string left;
        using (var bed = Bed(FileFailureMode.Memory))
        {
            var limiter = bed.Serve(Service);
            bed.Go(limiter, 10).ShouldBe(10);
            _disk.Room = 5;
            bed.Go(limiter, 20).ShouldBe(20);
            _time.Advance(TimeSpan.FromSeconds(3));
            bed.Keeper.Step();
            bed.Go(limiter, 10).ShouldBe(10);
            bed.Logs.Lines.ShouldHaveSingleItem().ShouldBe(
                "Warning: The store that counts the limits of s cannot be asked: its directory cannot be written to (IOException). Until it can, this process decides alone (Memory).");

            _disk.Room = long.MaxValue;
            _time.Advance(TimeSpan.FromSeconds(1));
            bed.Keeper.Step();
            bed.Logs.Lines.Count.ShouldBe(2);
            bed.Logs.Lines[^1].ShouldBe("Information: The store that counts the limits of s answers again.");
            left = bed.Killed();
        }

        using var again = new KeptBed(left, _time);
        again.Go(again.Serve(Service), Quota).ShouldBeInRange(Quota - 42, Quota - 40);
    }

    [Fact]
    public async Task Fail_closed_lets_nothing_go_that_was_not_written_and_whoever_waits_goes_when_there_is_room_again()
    {
        using var bed = Bed(FileFailureMode.FailClosed);
        var limiter = bed.Serve(Service);
        bed.Go(limiter, 10).ShouldBe(10);
        _disk.Room = 0;

        bed.Go(limiter, Quota).ShouldBeInRange(0, 2);
        var waiting = limiter.AdmitAsync(default, CancellationToken.None).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        _disk.Room = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(1));
        bed.Keeper.Step();
        SpinWait.SpinUntil(() => waiting.IsCompleted, TimeSpan.FromSeconds(30)).ShouldBeTrue();
        limiter.End(await waiting, giveBack: false);
    }

    [Fact]
    public void A_disk_that_is_full_from_the_begin_takes_nothing_away()
    {
        using (var bed = Bed(FileFailureMode.Memory))
        {
            bed.Go(bed.Serve(Service), 40).ShouldBe(40);
        }

        _disk.Room = 0;
        using (var bed = Bed(FileFailureMode.Memory))
        {
            bed.Go(bed.Serve(Service), Quota).ShouldBe(Quota - 40);
        }

        _disk.Room = long.MaxValue;
        using var last = Bed(FileFailureMode.Memory);
        last.Go(last.Serve(Service), Quota).ShouldBe(Quota - 40);
    }

    private KeptBed Bed(FileFailureMode onFailure) => new(_directory, _time, new KeeperSettings(_directory, onFailure) { Create = path => new FileOf(path, _disk) });

    private sealed class Disk
    {
        public long Room { get; set; } = long.MaxValue;
    }

    /// <summary>A file on a disk that takes only so much more: like one that is full, it takes part of what does not fit.</summary>
    private sealed class FileOf(string path, Disk disk) : MemoryStream
    {
        private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var fits = (int)Math.Min(disk.Room, buffer.Length);
            disk.Room -= fits;
            _file.Write(buffer[..fits]);
            if (fits < buffer.Length)
            {
                throw new IOException("No space left on device");
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        protected override void Dispose(bool disposing)
        {
            _file.Dispose();
            base.Dispose(disposing);
        }
    }
}
