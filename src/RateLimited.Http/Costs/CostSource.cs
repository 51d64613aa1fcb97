using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.Costs;

/// <summary>Where a request or a response tells of its cost.</summary>
/// <param name="Place">The part of the message.</param>
/// <param name="Name">The name of the header or the parameter, or the path in the body; empty for the length.</param>
internal readonly record struct CostSource(CostPlace Place, string Name)
{
    /// <summary>What is right for requests.</summary>
    public const string OfRequests = "'header NAME', 'query NAME', 'body PATH' such as 'body model', or 'length' of the body in bytes";

    /// <summary>What is right for responses.</summary>
    public const string OfResponses = "'header NAME', or 'body PATH' such as 'body usage.total'";

    private const int MaxName = 256;

    /// <summary>Reads the form in which options write it. Total.</summary>
    public static bool TryParse(string? text, out CostSource source)
    {
        source = default;
        var words = text is { Length: <= MaxName } ? text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        if (words is [var only] && only.Equals("length", StringComparison.OrdinalIgnoreCase))
        {
            source = new CostSource(CostPlace.Length, string.Empty);
            return true;
        }

        if (words is not [var place, var name] || !Enum.TryParse<CostPlace>(place, ignoreCase: true, out var known) || known == CostPlace.Length || char.IsAsciiDigit(place[0]))
        {
            return false;
        }

        source = new CostSource(known, name);
        return known != CostPlace.Body || IsPath(name);
    }

    private static bool IsPath(string path)
    {
        try
        {
            return new JsonPaths(path).Paths.Count == 1;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>The parts of a message that can tell of its cost.</summary>
internal enum CostPlace
{
    /// <summary>A header of the message or of its content.</summary>
    Header,

    /// <summary>A parameter of the address.</summary>
    Query,

    /// <summary>A value in the JSON body.</summary>
    Body,

    /// <summary>The length of the body in bytes.</summary>
    Length,
}
