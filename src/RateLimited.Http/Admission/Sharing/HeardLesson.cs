using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>What the store keeps of a limit that is learned.</summary>
/// <param name="Kept">What was learned.</param>
/// <param name="PerSecond">How much all processes sent in a second until lately, in parts of one as <see cref="Lesson"/> has them.</param>
/// <param name="Latest">How much they sent in the half second under way.</param>
internal sealed record HeardLesson(Lesson Kept, long PerSecond, long Latest);
