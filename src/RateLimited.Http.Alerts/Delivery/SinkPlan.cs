namespace RateLimited.Http.Alerts.Delivery;

/// <summary>One sink and what it is sent. Immutable.</summary>
internal sealed class SinkPlan(IAlertSink sink, AlertSeverity from, TimeSpan timeout, TimeSpan giveUpAfter, int capacity)
{
    public IAlertSink Sink { get; } = sink;

    /// <summary>For how long one attempt may take.</summary>
    public TimeSpan Timeout { get; } = timeout;

    public TimeSpan GiveUpAfter { get; } = giveUpAfter;

    public int Capacity { get; } = capacity;

    /// <summary>Whether it is sent daily summaries.</summary>
    public bool TakesSummaries { get; init; }

    public bool Takes(AlertNotice notice) => notice.Kind == NoticeKind.DailySummary ? TakesSummaries : notice.Severity >= from;
}
