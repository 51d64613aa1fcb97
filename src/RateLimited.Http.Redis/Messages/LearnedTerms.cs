using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Redis.Messages;

/// <summary>Those of what was learned of a limit, which stands before the limit's own record: for how long it is kept without news, and how many figures it has.</summary>
internal sealed class LearnedTerms(long id, int figures) : LimitTerms(id)
{
    /// <summary>Above so many thousandths a rate is told in whole ones: the script's products stay exact.</summary>
    private const long MostThousandths = 1_000_000_000;

    private const long SecondInMicros = 1_000_000;

    public override LimitKind Kind => LimitKind.Learned;

    public override void Write(MessageWriter message, long guard, long serverNow) =>
        message.Add(Id, (long)Kind, 1, Micros(AdaptiveRate.Memory), figures, 0, 0, 0, 0, 0);

    /// <summary>The terms of a limit that is learned, as it is.</summary>
    /// <param name="rule">The limit.</param>
    /// <param name="id">Its number.</param>
    /// <param name="lesson">What was learned of it.</param>
    /// <param name="leaseTicks">For how long a process that has died keeps what it holds.</param>
    public static LimitTerms Of(LearningRule rule, long id, Lesson lesson, long leaseTicks)
    {
        var figure = Math.Max(lesson.Figures[0], 1);
        var most = rule.MostAtOnce(figure);
        return rule.IsReleased ? new LeaseTerms(id, most, Micros(leaseTicks))
            : figure <= MostThousandths ? new BucketTerms(id, figure, SecondInMicros * Lesson.PartsOfOne, most)
            : new BucketTerms(id, figure / Lesson.PartsOfOne, SecondInMicros, most);
    }
}
