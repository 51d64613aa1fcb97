namespace RateLimited.Http.Dashboard.Alerts;

/// <summary>The alerts, as they stand in the JSON: docs/dashboard.md says what each field means.</summary>
/// <param name="MayAcknowledge">Whether whoever asks may.</param>
/// <param name="Open">Those that are open, the newest first.</param>
/// <param name="Past">The last that are over, the newest first.</param>
internal sealed record AlertsReading(bool MayAcknowledge, IReadOnlyList<Alert> Open, IReadOnlyList<Alert> Past);

/// <summary>What a request to acknowledge must bring.</summary>
/// <param name="Header">The header's name.</param>
/// <param name="Token">What stands in it.</param>
internal sealed record TokenReading(string Header, string Token);
