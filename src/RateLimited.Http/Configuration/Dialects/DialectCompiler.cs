using RateLimited.Http.Signals;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Configuration;

/// <summary>Turns valid options of a dialect into what the reader of responses interprets.</summary>
internal static class DialectCompiler
{
    private const string OwnName = "own";

    public static HeaderDialect? Dialect(DialectOptions options) => options.Known is { } known ? KnownDialects.Find(known) : new HeaderDialect(OwnName)
    {
        Rules = [.. options.Headers.Select(Rule)],
        LimitScope = (ResponseScope)options.LimitScope,
        Statuses = [.. options.Statuses.Select(static status => new StatusMeaning(status.Key, (ResponseKind)status.Value, ScopeOf(status.Value)))],
        RefusesWithSuccess = options.RefusesWithSuccess,
    };

    private static HeaderRule Rule(DialectHeaderOptions header) => new((HeaderField)header.Field, header.Header!, (ValueFormat)header.Format)
    {
        Limit = header.Limit ?? header.Unit,
        Unit = header.Unit,
        Window = header.Window ?? TimeSpan.Zero,
        ResetsToFull = header.ResetsToFull,
    };

    /// <summary>As the same meaning has it where it is told by a status that all upstreams share. A limit's is then the dialect's own.</summary>
    private static ResponseScope ScopeOf(DialectMeaning meaning) => meaning switch
    {
        DialectMeaning.Fine or DialectMeaning.Rejected => ResponseScope.Request,
        DialectMeaning.Permission => ResponseScope.Endpoint,
        DialectMeaning.Overloaded or DialectMeaning.ServerFault => ResponseScope.Service,
        _ => ResponseScope.Key,
    };
}
