using System.Collections.Immutable;
using System.Globalization;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>How many requests a provider answers by certain statuses before it bans their sender.</summary>
/// <param name="Quota">How many may come in a window: one fewer than are banned.</param>
/// <param name="Window">The window.</param>
/// <param name="Statuses">The statuses that count.</param>
/// <param name="Source">Where it comes from.</param>
internal sealed record PresetInvalidRequests(long Quota, TimeSpan Window, ImmutableArray<int> Statuses, Source Source)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"after {Quota + 1} responses of {string.Join(", ", Statuses)} in {Window.TotalMinutes} minutes; no more than {Quota} are let happen");
}
