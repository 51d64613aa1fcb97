using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Slack: each method apart, by the minute; <c>Retry-After</c> alone.</summary>
internal static class Slack
{
    public static Provider Provider { get; } = new("slack")
    {
        Tiers = [new("internal", [.. Methods, .. Reading(50)]), new("non-marketplace", [.. Methods, .. Reading(1)])],
        Headers = [HeaderLine.RetryAfter(Written.Seconds)],
        Refuse = static _ => new Refused(429, """{"ok":false,"error":"ratelimited"}"""),
        Answer = new Ok(),
    };

    private static IEnumerable<UpstreamLimit> Methods =>
    [
        Of(20, "conversations.list", "users.list", "search.messages"), Of(50, "conversations.info", "chat.update", "chat.delete", "reactions.add", "users.lookupByEmail"),
        Of(100, "conversations.members", "users.info"),
    ];

    private static IEnumerable<UpstreamLimit> Reading(long quota) => [Of(quota, "conversations.history", "conversations.replies")];

    private static UpstreamLimit Of(long quota, params string[] methods) =>
        UpstreamLimit.FixedWindow(quota, FromMinutes(1)) with { Endpoints = [.. methods.Select(static method => $"* /api/{method}")], By = CountedBy.Key | CountedBy.Endpoint };

    private sealed class Ok : Answers.AnswerShape
    {
        public override Answers.Answer Respond(UpstreamRequest request, IReadOnlyList<StatedLimit> limits, Random random) => Answers.Answer.Whole("""{"ok":true}""");
    }
}
