using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.History.Journal;

namespace RateLimited.Http.History.Tests.Journal;

/// <summary>What was written is read, whatever happened to the process, the disk and the clock in between.</summary>
public sealed class JournalTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly JournalDirectory _journal = new();

    [Fact]
    public async Task Every_kind_of_record_is_read_as_it_was_written()
    {
        HistoryRecord[] written =
        [
            _journal.Refusal("<script>\"\u0000\u202e</script>"),
            new RefusalRecord { At = _journal.Time.GetUtcNow(), Count = 7, Service = "s", Reason = RejectionReason.None, Priority = RequestPriority.Background },
            new UsageRecord
            {
                At = _journal.Time.GetUtcNow(),
                Service = "shop",
                Waited = 3,
                Limits = [new LimitUsage { Name = "l", Unit = "requests", Partition = "service", Quota = 10, Peak = 0, Used = 0, Taken = 0, ResetAfter = TimeSpan.FromSeconds(2.5) }],
                Keys = [new KeyUsage("first", KeyState.Exhausted, 12)],
            },
            new LossRecord { At = _journal.Time.GetUtcNow(), Refusals = 0, Minutes = 2 },
        ];
        using (var store = _journal.Open())
        {
            await store.AppendAsync(written, None);
        }

        var read = await _journal.ReadAsync();

        read.Count.ShouldBe(written.Length);
        read.Zip(written).ShouldAllBe(static pair => RecordJson.Write(pair.First).SequenceEqual(RecordJson.Write(pair.Second)));
        read[0].ShouldBe(written[0]);
        read[3].ShouldBe(written[3]);
    }

    [Fact]
    public async Task Only_the_time_that_is_asked_for_is_read_also_across_midnight()
    {
        var start = _journal.Time.GetUtcNow();
        using var store = _journal.Open();
        for (var hour = 0; hour < 60; hour++)
        {
            await store.AppendAsync([_journal.Refusal($"{hour}")], None);
            _journal.Time.Advance(TimeSpan.FromHours(1));
        }

        var read = await _journal.ReadAsync(start.AddHours(20), start.AddHours(50));

        read.Cast<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(Enumerable.Range(20, 30).Select(static hour => $"{hour}"));
        _journal.Files.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_was_written_after_midnight_of_before_it_is_found_by_its_own_day()
    {
        using var store = _journal.Open();
        var before = _journal.Refusal("late");
        _journal.Time.Advance(TimeSpan.FromDays(1));
        await store.AppendAsync([before], None);

        (await _journal.ReadAsync(before.At, before.At.AddMinutes(1))).ShouldBe([before]);
    }

    [Fact]
    public async Task A_file_that_is_large_enough_is_followed_by_the_next()
    {
        using var store = _journal.Open(static options => options.SegmentBytes = 65_536);
        for (var i = 0; i < 40; i++)
        {
            await store.AppendAsync([_journal.Refusal($"{i}:" + new string('x', 4_000))], None);
        }

        _journal.Files.Count.ShouldBe(3);
        _journal.Files.Take(2).ShouldAllBe(static file => new FileInfo(file).Length >= 65_536);
        (await _journal.TenantsAsync()).Select(static tenant => tenant!.Split(':')[0]).ShouldBe(Enumerable.Range(0, 40).Select(static i => $"{i}"));
    }

    [Fact]
    public async Task Days_that_have_had_their_time_are_deleted_and_a_full_journal_loses_its_oldest_files()
    {
        using (var store = _journal.Open(static options => options.Retention = TimeSpan.FromDays(3)))
        {
            for (var day = 0; day < 10; day++)
            {
                await store.AppendAsync([_journal.Refusal($"{day}")], None);
                _journal.Time.Advance(TimeSpan.FromDays(1));
            }
        }

        (await _journal.TenantsAsync()).ShouldBe(["6", "7", "8", "9"]);
        using (var store = _journal.Open(static options => (options.SegmentBytes, options.MaxBytes) = (65_536, 1 << 20)))
        {
            for (var i = 0; i < 400; i++)
            {
                await store.AppendAsync([_journal.Refusal($"n{i}:" + new string('x', 8_000))], None);
            }
        }

        _journal.Files.Sum(static file => new FileInfo(file).Length).ShouldBeLessThan((1 << 20) + 80_000);
        (await _journal.TenantsAsync())[^1]!.ShouldStartWith("n399:");
    }

    [Fact]
    public async Task It_goes_on_where_the_process_before_it_ended()
    {
        foreach (var tenant in (string[])["a", "b", "c"])
        {
            using var store = _journal.Open();
            await store.AppendAsync([_journal.Refusal(tenant)], None);
        }

        _journal.Files.Count.ShouldBe(1);
        (await _journal.TenantsAsync()).ShouldBe(["a", "b", "c"]);
        _journal.Logs.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cut_off_at_any_byte_it_keeps_every_record_before_and_goes_on_and_says_so()
    {
        int[] ends;
        byte[] whole;
        using (var store = _journal.Open())
        {
            ends = new int[3];
            for (var i = 0; i < ends.Length; i++)
            {
                await store.AppendAsync([_journal.Refusal($"{i}")], None);
                ends[i] = (int)new FileInfo(_journal.Files[0]).Length;
            }

            whole = await File.ReadAllBytesAsync(_journal.Files[0], TestContext.Current.CancellationToken);
        }

        for (var cut = 0; cut <= whole.Length; cut++)
        {
            await File.WriteAllBytesAsync(_journal.Files[0], whole[..cut], TestContext.Current.CancellationToken);
            _journal.Logs.Clear();
            var kept = ends.Count(end => end <= cut);
            var expected = Enumerable.Range(0, kept).Select(static i => $"{i}").ToList();
            (await _journal.TenantsAsync()).ShouldBe(expected);

            using (var store = _journal.Open(open: new FullDisk { Room = long.MaxValue }.Open))
            {
                await store.AppendAsync([_journal.Refusal("after")], None);
            }

            (await _journal.TenantsAsync()).ShouldBe([.. expected, "after"]);
            _journal.Logs.Entries.Count(static entry => entry.Message.Contains("were dropped, everything before them is kept", StringComparison.Ordinal)).ShouldBe(cut == 0 || ends.Contains(cut) ? 0 : 1);
        }
    }

    [Fact]
    public async Task A_changed_byte_is_found_and_everything_before_it_is_kept()
    {
        using (var store = _journal.Open())
        {
            await store.AppendAsync([.. Enumerable.Range(0, 5).Select(i => _journal.Refusal($"{i}"))], None);
        }

        var whole = await File.ReadAllBytesAsync(_journal.Files[0], TestContext.Current.CancellationToken);
        Prop.ForAll(Gen.Choose(0, whole.Length - 1).Zip(Gen.Choose(1, 255)).ToArbitrary(), change =>
        {
            var bytes = whole.ToArray();
            bytes[change.Item1] ^= (byte)change.Item2;
            var tenants = Tenants(bytes);

            // All records are as long as each other.
            return tenants.SequenceEqual(Enumerable.Range(0, change.Item1 / (whole.Length / 5)).Select(static i => (string?)$"{i}"), StringComparer.Ordinal);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_bytes_there_are_reading_them_ends_and_throws_nothing() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), static bytes => Tenants(bytes).Count == 0).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Whoever_comes_second_is_refused_in_a_sentence_and_writes_as_soon_as_the_first_is_gone()
    {
        using var second = _journal.Open();
        using (var first = _journal.Open())
        {
            await first.AppendAsync([_journal.Refusal("first")], None);
            var refused = await Should.ThrowAsync<IOException>(async () => await second.AppendAsync([_journal.Refusal("lost")], None));
            refused.Message.ShouldBe($"RateLimiting:History:Directory: '{_journal.Path}' belongs to another process → a directory for each process.");
        }

        await second.AppendAsync([_journal.Refusal("second")], None);
        (await _journal.TenantsAsync()).ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task A_disk_that_fills_up_within_a_batch_leaves_no_part_of_it_and_the_next_batch_is_read()
    {
        for (var room = 0; room < 200; room += 13)
        {
            var disk = new FullDisk { Room = long.MaxValue };
            using var store = _journal.Open(open: disk.Open);
            await store.AppendAsync([_journal.Refusal($"before {room}")], None);
            disk.Room = room;
            (await Should.ThrowAsync<IOException>(async () => await store.AppendAsync([_journal.Refusal("lost")], None))).HResult.ShouldBe(FullDisk.NoSpace);
            disk.Room = long.MaxValue;
            await store.AppendAsync([_journal.Refusal($"after {room}")], None);
        }

        var tenants = await _journal.TenantsAsync();
        tenants.ShouldNotContain("lost");
        tenants.ShouldBe(Enumerable.Range(0, 16).SelectMany(static i => (string[])[$"before {i * 13}", $"after {i * 13}"]));
        _journal.Logs.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_cannot_even_be_cut_back_is_left_and_another_one_begun()
    {
        var disk = new FullDisk { Room = long.MaxValue };
        using var store = _journal.Open(open: disk.Open);
        await store.AppendAsync([_journal.Refusal("before")], None);
        (disk.Room, disk.MayShrink) = (20, false);
        await Should.ThrowAsync<IOException>(async () => await store.AppendAsync([_journal.Refusal("lost")], None));
        (disk.Room, disk.MayShrink) = (long.MaxValue, true);
        await store.AppendAsync([_journal.Refusal("after")], None);

        _journal.Files.Count.ShouldBe(2);
        (await _journal.TenantsAsync()).ShouldBe(["before", "after"]);
    }

    [Fact]
    public async Task Records_of_a_later_version_are_passed_over()
    {
        using (var store = _journal.Open())
        {
            await store.AppendAsync([_journal.Refusal("a")], None);
        }

        var frames = new System.Buffers.ArrayBufferWriter<byte>();
        RecordFrame.Write(frames, """{"kind":"forecast","at":"2031-01-01T00:00:00+00:00"}"""u8);
        RecordFrame.Write(frames, RecordJson.Write(_journal.Refusal("b")));
        await File.AppendAllBytesAsync(_journal.Files[0], frames.WrittenMemory, TestContext.Current.CancellationToken);

        (await _journal.TenantsAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Nobody_else_may_look_into_the_directory()
    {
        using var store = _journal.Open();
        await store.AppendAsync([_journal.Refusal("a")], None);

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_journal.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => _journal.Dispose();

    private static List<string?> Tenants(byte[] bytes)
    {
        return [.. ReadAsync().ToBlockingEnumerable()];

        async IAsyncEnumerable<string?> ReadAsync()
        {
            var reader = new SegmentReader(new MemoryStream(bytes));
            while (await reader.NextAsync(None) is { } record)
            {
                yield return ((RefusalRecord)RecordJson.Read(record)!).Tenant;
            }
        }
    }
}
