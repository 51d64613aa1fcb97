using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.History.Journal;

namespace RateLimited.Http.History.Tests.Journal;

public sealed class JournalRetentionTests
{
    private static readonly DateOnly Today = new(2026, 11, 26);

    [Fact]
    public void The_oldest_go_first_as_few_as_must_and_never_the_last() => Prop.ForAll(
        Gen.ListOf(Gen.Choose(0, 20).Zip(Gen.Choose(0, 1000))).ToArbitrary(),
        Gen.Choose(1, 20).ToArbitrary(),
        Gen.Choose(0, 5000).ToArbitrary(),
        static (ages, days, maxBytes) =>
        {
            var files = ages.Select(static (file, number) => (Name: new SegmentName(Today.AddDays(-file.Item1), number + 1), Length: (long)file.Item2)).OrderBy(static file => file.Name.Day).ThenBy(static file => file.Name.Number).ToList();
            var expired = JournalRetention.Expired(files, Today, TimeSpan.FromDays(days), maxBytes);
            var left = files.Skip(expired.Count).ToList();

            return expired.SequenceEqual(files.Take(expired.Count).Select(static file => file.Name))
                && (files.Count == 0 || left.Count > 0)
                && (left.Count <= 1 || (left.Sum(static file => file.Length) <= maxBytes && left[0].Name.Day >= Today.AddDays(-days)))
                && (expired.Count == 0 || expired[^1].Day < Today.AddDays(-days) || left.Sum(static file => file.Length) + files[expired.Count - 1].Length > maxBytes);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("2026-11-26.0001.history", true)]
    [InlineData("2026-11-26.12345.history", true)]
    [InlineData("2026-11-26.0000.history", false)]
    [InlineData("2026-13-26.0001.history", false)]
    [InlineData("2026-11-26.-001.history", false)]
    [InlineData("2026-11-26.history", false)]
    [InlineData("notes.0001.history", false)]
    public void Only_names_of_its_own_files_are_taken_for_them(string file, bool isOne)
    {
        SegmentName.Parse(file).HasValue.ShouldBe(isOne);
        if (isOne)
        {
            SegmentName.Parse(file).ToString().ShouldBe(file);
        }
    }
}
