using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Testing;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Persistence;

/// <summary>Whatever has become of the files, nobody gets a quota anew: what was being written when its process ended stands for nothing, and what was changed counts as used up.</summary>
public sealed class DamageTests
{
    private const int Quota = 128;

    private static readonly ServiceDefinition Service = Define(Fixed("day", Quota, TimeSpan.FromDays(1), WindowAnchor.Clock));

    private readonly ManualTimeProvider _time = new();
    private readonly string _directory = KeptBed.NewDirectory();

    [Fact]
    public void A_process_killed_at_any_byte_of_what_it_writes_gives_nothing_twice()
    {
        var (file, lived, head) = Lived(requests: 10);

        foreach (var length in Enumerable.Range(head, lived[^1].Length - head + 1))
        {
            // All that had gone when the file was no longer than that.
            var gone = lived.Where(each => each.Length <= length).Select(static each => each.Gone).LastOrDefault();
            var then = Again(file[..length], out var bed);
            (gone + then).ShouldBeLessThanOrEqualTo(Quota, $"cut off after {length} bytes");
            then.ShouldBeGreaterThanOrEqualTo(Quota - gone - (2 * Quota / Allowance.SmallestPart));
            bed.Logs.Lines.Count(static line => line.Contains("ends within a record", StringComparison.Ordinal)).ShouldBe(lived.Any(each => each.Length == length) ? 0 : 1);
        }
    }

    [Fact]
    public void A_byte_that_was_changed_anywhere_gives_nothing_anew()
    {
        var (file, lived, head) = Lived(requests: 4);

        foreach (var place in Enumerable.Range(0, file.Length))
        {
            var changed = file.ToArray();
            changed[place] ^= (byte)(1 << (place % 8));
            if (place >= head)
            {
                Again(changed, out var bed).ShouldBe(0, $"byte {place}");
                bed.Logs.Lines.ShouldHaveSingleItem().ShouldContain("is not as it was written");
            }
            else
            {
                Should.Throw<IOException>(() => Again(changed, out _)).Message.ShouldContain(_directory[..4]);
            }
        }

        lived[^1].Gone.ShouldBe(4);
    }

    [Fact]
    public void Where_the_last_file_cannot_be_read_the_one_before_says_what_was_known_and_all_that_went_is_taken_for_gone()
    {
        using (var bed = new KeptBed(_directory, _time))
        {
            bed.Go(bed.Serve(Service), 3).ShouldBe(3);
        }

        var newest = Path.Combine(_directory, Generation.NameOf(Generation.In(_directory)[0]));
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..40]);

        using var again = new KeptBed(_directory, _time);
        var limiter = again.Serve(Service);
        again.Go(limiter, Quota).ShouldBe(0);
        again.Logs.Lines.ShouldHaveSingleItem().ShouldContain(Path.GetFileName(newest));
        _time.Advance(TimeSpan.FromDays(1));
        again.Go(limiter, 2 * Quota).ShouldBe(Quota);
    }

    [Fact]
    public void Where_nothing_can_be_read_the_program_does_not_start_and_says_which_file_and_what_would_be_right()
    {
        File.WriteAllBytes(Path.Combine(_directory, Generation.NameOf(1)), [1, 2, 3]);

        Should.Throw<IOException>(() => new KeptBed(_directory, _time)).Message.ShouldBe(
            $"RateLimiting:File:Directory: what was counted before cannot be read from '{_directory}' (limits.00000001 is not whole) → the files as they were, or an empty directory, which gives all quotas out anew.");
    }

    [Fact]
    public void What_another_version_wrote_is_not_guessed_at()
    {
        byte[] other = [.. Generation.Head];
        other["rate-limits".Length] = 9;
        File.WriteAllBytes(Path.Combine(_directory, Generation.NameOf(1)), other);

        Should.Throw<IOException>(() => new KeptBed(_directory, _time)).Message.ShouldContain("not of version 1");
    }

    [Fact]
    public void A_file_that_ends_in_zeros_was_being_made_longer()
    {
        var (file, lived, _) = Lived(requests: 4);

        Again([.. file, .. new byte[4096]], out var bed).ShouldBeInRange(Quota - lived[^1].Gone - 4, Quota - lived[^1].Gone);
        bed.Logs.Lines.ShouldHaveSingleItem().ShouldContain("4096 bytes");
    }

    /// <summary>A life that is killed: what stands in its file, how much had gone when the file was how long, and where its first frame ends.</summary>
    private (byte[] File, List<(int Length, int Gone)> Lived, int Head) Lived(int requests)
    {
        using var bed = new KeptBed(_directory, _time);
        var limiter = bed.Serve(Service);
        var begun = (int)bed.FileLength;
        var lived = new List<(int Length, int Gone)> { (begun, 0) };
        for (var gone = 0; gone < requests;)
        {
            gone += bed.Go(limiter, 1);
            lived.Add(((int)bed.FileLength, gone));
        }

        var file = File.ReadAllBytes(bed.File);
        Generation.Read(file)!.State.ShouldBe(FrameState.Whole);
        return (file, lived, begun);
    }

    private int Again(byte[] file, out KeptBed bed)
    {
        var directory = KeptBed.NewDirectory();
        File.WriteAllBytes(Path.Combine(directory, Generation.NameOf(1)), file);
        using (bed = new KeptBed(directory, _time))
        {
            return bed.Go(bed.Serve(Service), Quota);
        }
    }
}
