using System.Text.Json.Serialization;

namespace RateLimited.Http.Tool.Validation;

/// <summary>What was found in an appsettings.json.</summary>
/// <param name="File">The file.</param>
/// <param name="Services">The services it configures.</param>
/// <param name="Faults">What is wrong.</param>
/// <param name="UnlistedFaults">How many faults there are besides.</param>
/// <param name="Log">What was found in the log beside it; null without one, and where the configuration is wrong.</param>
internal sealed record ValidationReport(string File, IReadOnlyList<string> Services, IReadOnlyList<FaultDocument> Faults, int UnlistedFaults, LogReport? Log)
{
    /// <summary>Whether nothing was found that is not well.</summary>
    public bool IsFine => Faults.Count == 0 && Log is not { Unlimited.Count: > 0 };
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Path">The path in the configuration.</param>
/// <param name="Line">The line in the file; null where nothing of the path is in it.</param>
/// <param name="Value">What stands there.</param>
/// <param name="Right">What would be right.</param>
internal sealed record FaultDocument(string Path, int? Line, string Value, string Right);

/// <summary>What was found in an access log.</summary>
/// <param name="Requests">How many requests it has.</param>
/// <param name="Unlimited">The endpoints without a limit of their own, the busiest first.</param>
/// <param name="UnlistedEndpoints">How many there are besides.</param>
internal sealed record LogReport(int Requests, IReadOnlyList<UnlimitedEndpoint> Unlimited, int UnlistedEndpoints);

/// <summary>An endpoint that has no limit of its own.</summary>
/// <param name="Service">The service that it was called at.</param>
/// <param name="Endpoint">The method and the path, with what differs between its requests in braces.</param>
/// <param name="Requests">How many were seen.</param>
/// <param name="CountedBy">What counts them all the same.</param>
internal sealed record UnlimitedEndpoint(string Service, string Endpoint, int Requests, [property: JsonConverter(typeof(JsonStringEnumConverter<CountedBy>))] CountedBy CountedBy);

/// <summary>What counts the requests of an endpoint without a limit of its own.</summary>
internal enum CountedBy
{
    /// <summary>The limits of the whole service, or of a tenant.</summary>
    Service,

    /// <summary>Limits over all services alone.</summary>
    Global,

    /// <summary>No limit at all.</summary>
    Nothing,

    /// <summary>The service is not configured.</summary>
    NotConfigured,
}
