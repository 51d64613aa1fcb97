namespace ChatFleet.Upstream;

/// <summary>How a key is at the provider.</summary>
internal enum UpstreamKeyState
{
    /// <summary>Accepted, within its limits.</summary>
    Live,

    /// <summary>Refused wherever it goes: 401.</summary>
    Revoked,

    /// <summary>Accepted, and its bill is not paid: 429 with <c>insufficient_quota</c>.</summary>
    OutOfCredit,
}

/// <summary>A key as the provider knows it.</summary>
/// <param name="Name">What it is called where it must not be shown.</param>
/// <param name="Text">The key.</param>
/// <param name="State">How it is.</param>
internal sealed record UpstreamKey(string Name, string Text, UpstreamKeyState State);
