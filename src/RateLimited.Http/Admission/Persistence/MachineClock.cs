using System.Globalization;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>The clocks of the machine that a process's end does not stop. Thread-safe.</summary>
/// <param name="time">Where they are read.</param>
/// <param name="bootId">Which start of the machine it counts from; zero where nobody knows.</param>
internal sealed class MachineClock(TimeProvider time, UInt128 bootId)
{
    /// <summary>Linux says which start of the machine it is. Elsewhere the wall clock alone is believed.</summary>
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>The clocks of this machine, where the time is the system's.</summary>
    public static MachineClock Of(TimeProvider time) => new(time, ReferenceEquals(time, TimeProvider.System) ? ReadBootId() : 0);

    public ClockMark At(long now) => new(now, time.GetUtcNow().UtcTicks, (long)((Int128)time.GetTimestamp() * TimeSpan.TicksPerSecond / time.TimestampFrequency), bootId);

    private static UInt128 ReadBootId()
    {
        try
        {
            return UInt128.TryParse(File.ReadAllText(BootIdPath).Trim().Replace("-", string.Empty, StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
