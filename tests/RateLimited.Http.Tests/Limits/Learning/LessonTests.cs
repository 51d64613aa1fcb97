using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits.Learning;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits.Learning;

/// <summary>What becomes of what several processes have learned of one limit, in whatever order they tell it.</summary>
public class LessonTests
{
    private static readonly Gen<Lesson> Lessons =
        from version in Gen.Choose(0, 6)
        from limit in Gen.Choose(0, 9)
        from rest in Gen.Choose(0, 9)
        select new Lesson(version, [limit, rest]);

    private static readonly Gen<(Lesson Kept, Lesson Told, long Known)> Tellings =
        from kept in Lessons
        from told in Lessons
        from known in Gen.Choose(0, 6)
        select (kept, told, (long)known);

    [Fact]
    public void What_is_kept_never_gets_older_and_is_one_of_the_two() => Holds.For(
        Tellings,
        static each =>
        {
            var next = Lesson.Kept(each.Kept, each.Told, each.Known);

            (next == each.Kept || next == each.Told).ShouldBeTrue();
            (next.Version, next.Figures[0]).ShouldBeGreaterThanOrEqualTo((each.Kept.Version, each.Kept.Figures[0]));
        });

    [Fact]
    public void Telling_twice_is_telling_once() => Holds.For(
        Tellings,
        static each =>
        {
            var once = Lesson.Kept(each.Kept, each.Told, each.Known);

            Lesson.Kept(once, each.Told, each.Known).ShouldBe(once);
        });

    /// <summary>However many are refused by what all of them knew, it falls once.</summary>
    [Fact]
    public void A_burst_that_several_processes_are_refused_by_is_one_fall() => Holds.For(
        from kept in Lessons
        from limits in Gen.Choose(0, 9).ListOf(5)
        select (kept, limits),
        static each =>
        {
            var next = each.kept;
            foreach (var limit in each.limits)
            {
                next = Lesson.Kept(next, new Lesson(each.kept.Version + 1, [limit, 0]), known: each.kept.Version);
            }

            next.Version.ShouldBe(each.kept.Version + 1);
            next.Figures[0].ShouldBe(each.limits[0]);
        });

    [Fact]
    public void Of_what_grew_without_a_fall_the_order_does_not_matter() => Holds.For(
        from kept in Lessons
        from limits in Gen.Choose(0, 9).ListOf(5)
        select (kept, limits),
        static each =>
        {
            Lesson After(IEnumerable<int> limits) => limits.Aggregate(each.kept, (next, limit) => Lesson.Kept(next, new Lesson(each.kept.Version, [limit, 0]), each.kept.Version));

            var (one, other) = (After(each.limits), After(Enumerable.Reverse(each.limits)));
            (one.Version, one.Figures[0]).ShouldBe((other.Version, other.Figures[0]));
            one.Figures[0].ShouldBe(each.limits.Append((int)each.kept.Figures[0]).Max());
        });

    [Fact]
    public void A_fall_that_nobody_knew_of_is_not_grown_over() => Holds.For(
        from kept in Lessons
        from behind in Gen.Choose(1, 6)
        from limit in Gen.Choose(0, 9)
        select (kept, behind, limit),
        static each => Lesson.Kept(each.kept, new Lesson(each.kept.Version - each.behind + 1, [each.limit, 0]), known: each.kept.Version - each.behind).ShouldBe(each.kept));

    [Fact]
    public void What_the_store_lost_is_told_anew_by_whoever_knows_it() => Holds.For(
        Lessons.Where(static lesson => lesson.Version > 0),
        static known => Lesson.Kept(new Lesson(0, [0, 0]), known, known.Version).ShouldBe(known));

    /// <summary>Four processes learn and tell in any order: whoever hears last knows what is kept, or more of his own.</summary>
    [Fact]
    public void Whoever_has_heard_knows_no_less_than_what_is_kept() => Holds.For(
        (from process in Gen.Choose(0, 3)
         from what in Gen.Choose(0, 2)
         from limit in Gen.Choose(1, 9)
         select (process, what, limit)).ArrayOf(30),
        static steps =>
        {
            var kept = new Lesson(0, [0]);
            var (own, known) = (Enumerable.Repeat(kept, 4).ToArray(), new long[4]);
            foreach (var (process, what, limit) in steps)
            {
                if (what < 2)
                {
                    var falls = what == 0 && own[process].Version == known[process];
                    own[process] = falls ? new Lesson(own[process].Version + 1, [limit]) : new Lesson(own[process].Version, [Math.Max(own[process].Figures[0], limit)]);
                    continue;
                }

                var told = own[process];
                kept = Lesson.Kept(kept, told, known[process]);
                own[process] = Lesson.IsNews(kept, told, own[process], known[process]) ? kept : own[process];
                known[process] = kept.Version;
                (own[process].Version, own[process].Figures[0]).ShouldBe((kept.Version, kept.Figures[0]));
            }
        });
}
