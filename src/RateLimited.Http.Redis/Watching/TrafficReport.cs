using System.Text.Json;

namespace RateLimited.Http.Redis.Watching;

/// <summary>What one process says of whose a service's requests were lately. What comes from others is as they wrote it.</summary>
internal sealed record TrafficReport(TrafficShares Tenants, TrafficShares Endpoints, IReadOnlyList<TrafficRefusal> Refusals)
{
    /// <summary>How many names a process tells of, and how many refusals.</summary>
    public const int Most = 20;

    public static TrafficReport Of(ServiceTraffic traffic) => new(traffic.Tenants, traffic.Endpoints, traffic.Refusals);

    /// <summary>Without any name that is not the configuration's.</summary>
    /// <param name="endpoints">The endpoints that are configured.</param>
    public TrafficReport Unnamed(IReadOnlySet<string> endpoints) => new(
        Without(Tenants, static _ => false),
        Without(Endpoints, endpoints.Contains),
        [.. Refusals.Select(refusal => refusal with { Tenant = null, Endpoint = refusal.Endpoint is { } name && endpoints.Contains(name) ? name : null })]);

    /// <summary>In so many bytes at most: as many of the first of each list as go into it.</summary>
    public TrafficReport Within(int bytes)
    {
        var report = this;
        while (report.ToBytes().Length > bytes && report.Tenants.Top.Count + report.Endpoints.Top.Count + report.Refusals.Count > 0)
        {
            report = new TrafficReport(report.Tenants with { Top = Half(report.Tenants.Top) }, report.Endpoints with { Top = Half(report.Endpoints.Top) }, Half(report.Refusals));
        }

        return report;
    }

    /// <summary>On one line: JSON escapes whatever would end it.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ProcessReportJson.Default.TrafficReport);

    /// <summary>What a process said; null for what none says.</summary>
    public static TrafficReport? Of(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ProcessReportJson.Default.TrafficReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Who is left out may have had as much as he had, which is missed from then on.</summary>
    private static TrafficShares Without(TrafficShares shares, Func<string, bool> isTold)
    {
        var told = shares.Top.ToLookup(share => share.Name is not { } name || isTold(name));
        return shares with { Top = [.. told[true]], Missed = shares.Missed + told[false].Select(static share => share.Admitted + share.Refused).DefaultIfEmpty().Max() };
    }

    private static IReadOnlyList<T> Half<T>(IReadOnlyList<T> list) => [.. list.Take(list.Count / 2)];
}
