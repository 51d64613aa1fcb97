namespace RateLimited.Http.Alerts;

/// <summary>What a notice is.</summary>
public enum NoticeKind
{
    /// <summary>Alerts fired or recovered.</summary>
    Change,

    /// <summary>All that fired or recovered within a day, and what is open. Only e-mail is sent it.</summary>
    DailySummary,
}
