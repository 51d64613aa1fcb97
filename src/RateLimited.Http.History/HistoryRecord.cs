using System.Text.Json.Serialization;

namespace RateLimited.Http.History;

/// <summary>One thing that is kept. Immutable. Names in it are as configured, or as callers gave them: whoever shows them encodes them. None holds the text of an API key.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RefusalRecord), "refusal")]
[JsonDerivedType(typeof(UsageRecord), "usage")]
[JsonDerivedType(typeof(LossRecord), "loss")]
public abstract record HistoryRecord
{
    private protected HistoryRecord()
    {
    }

    /// <summary>When it was, by the wall clock of the process that recorded it, in UTC.</summary>
    public required DateTimeOffset At { get; init; }
}
