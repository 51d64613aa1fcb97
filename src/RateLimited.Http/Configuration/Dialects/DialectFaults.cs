using System.Buffers;
using System.Globalization;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with a dialect.</summary>
internal static class DialectFaults
{
    public const string Name = "a header's name of 3 to 64 letters, digits and '-', such as 'X-Quota-Left'";
    public const string Example = "the name of a known dialect such as 'openai', or a section with at least one header, such as { \"Remaining\": \"X-Quota-Left\" }";

    private const int ShortestName = 3;
    private const int LongestName = 64;

    /// <summary>The characters of a token in HTTP.</summary>
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    /// <summary>Whether a header of this kind speaks of one limit, so that it may be one of several.</summary>
    public static bool IsOfOneLimit(DialectField field) => field <= DialectField.RefillInterval;

    public static void Check(FaultList faults, string path, DialectOptions dialect)
    {
        if (dialect.Known is { } known)
        {
            CheckKnown(faults, path, dialect, known);
            return;
        }

        if (dialect.Headers.Count is 0 or > OptionBounds.MaxDialectHeaders)
        {
            faults.Add(path, dialect.Headers.Count == 0 ? Fault.Missing : $"{dialect.Headers.Count} headers", dialect.Headers.Count == 0 ? Example : $"at most {OptionBounds.MaxDialectHeaders}");
            return;
        }

        var places = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < dialect.Headers.Count; i++)
        {
            CheckHeader(faults, dialect.Headers[i]?.Path ?? string.Create(CultureInfo.InvariantCulture, $"{path}:Headers:{i}"), dialect.Headers[i], places);
        }

        if (!Enum.IsDefined(dialect.LimitScope))
        {
            faults.Add($"{path}:LimitScope", Fault.Quote((long)dialect.LimitScope), EnumText.Names<DialectScope>());
        }

        CheckStatuses(faults, $"{path}:Statuses", dialect.Statuses);
    }

    private static void CheckKnown(FaultList faults, string path, DialectOptions dialect, string known)
    {
        if (KnownDialects.Find(known) is null)
        {
            faults.Add(path, Fault.Quote(known), NearestWord.OfKnown(known, KnownDialects.All.Select(static dialect => dialect.Name)));
        }
        else if (dialect.Headers.Count > 0 || dialect.Statuses.Count > 0 || dialect.RefusesWithSuccess || dialect.LimitScope != DialectScope.Key)
        {
            faults.Add(path, Fault.Quote(known), "either a known dialect or one of your own");
        }
    }

    private static void CheckHeader(FaultList faults, string path, DialectHeaderOptions? header, Dictionary<string, string> places)
    {
        if (header is null || !IsName(header.Header))
        {
            faults.Add(path, Fault.Quote(header?.Header), Name);
            return;
        }

        if (!places.TryAdd(header.Header!, path))
        {
            faults.Add(path, Fault.Quote(header.Header), $"a header of its own, since {places[header.Header!]} reads this one");
        }

        if (!Enum.IsDefined(header.Field))
        {
            faults.Add(path, Fault.Quote((long)header.Field), EnumText.Names<DialectField>());
        }
        else if (header.Header!.Contains(HeaderRule.Placeholder, StringComparison.Ordinal) && !IsOfOneLimit(header.Field))
        {
            faults.Add(path, Fault.Quote(header.Header), $"no '{HeaderRule.Placeholder}', which only headers of one limit have, such as Limit, Remaining and Reset");
        }

        if (!Enum.IsDefined(header.Format))
        {
            faults.Add($"{path}:Format", Fault.Quote((long)header.Format), EnumText.Names<DialectFormat>());
        }

        CheckLimit(faults, path, header);
    }

    private static void CheckLimit(FaultList faults, string path, DialectHeaderOptions header)
    {
        if (header.ResetsToFull && header.Field is not (DialectField.Reset or DialectField.ResetAfter))
        {
            faults.Add($"{path}:ResetsToFull", "'true'", "false, or a Reset");
        }

        if (header.Limit is { } limit && !LimitFaults.IsName(limit))
        {
            faults.Add($"{path}:Limit", Fault.Quote(limit), LimitFaults.NameRange);
        }

        if (!LimitFaults.IsUnit(header.Unit))
        {
            faults.Add($"{path}:Unit", Fault.Quote(header.Unit), LimitFaults.Unit);
        }

        if (header.Window is { } window && !OptionBounds.Window.Contains(window))
        {
            faults.Add($"{path}:Window", Fault.Quote(window), OptionBounds.Window.Right);
        }
    }

    private static void CheckStatuses(FaultList faults, string path, IDictionary<int, DialectMeaning> statuses)
    {
        if (statuses.Count > OptionBounds.MaxDialectStatuses)
        {
            faults.Add(path, $"{statuses.Count} statuses", $"at most {OptionBounds.MaxDialectStatuses}");
            return;
        }

        foreach (var (status, meaning) in statuses)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}:{status}");
            if (!OptionBounds.Status.Contains(status))
            {
                faults.Add(place, Fault.Quote((long)status), OptionBounds.Status.Right);
            }

            if (!Enum.IsDefined(meaning))
            {
                faults.Add(place, Fault.Quote((long)meaning), EnumText.Names<DialectMeaning>());
            }
        }
    }

    /// <summary>A token of HTTP, with one placeholder at most: what stands before it tells the dialect's headers from all others.</summary>
    private static bool IsName(string? header)
    {
        if (header is null || header.Length is < ShortestName or > LongestName)
        {
            return false;
        }

        var at = header.IndexOf(HeaderRule.Placeholder, StringComparison.Ordinal);
        return at != 0 && !(at < 0 ? header : header.Remove(at, HeaderRule.Placeholder.Length)).AsSpan().ContainsAnyExcept(TokenCharacters);
    }
}
