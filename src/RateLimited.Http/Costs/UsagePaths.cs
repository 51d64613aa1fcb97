using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.Costs;

/// <summary>Where responses tell what they did cost: paths into JSON such as <c>usage.total_tokens</c>, names with dots between them. Make it once and use it for all responses. Immutable.</summary>
public sealed class UsagePaths
{
    /// <summary>Makes a set of paths.</summary>
    /// <param name="paths">At most 64 paths, each once. Arrays are not looked into.</param>
    /// <exception cref="ArgumentException">A path is empty, has an empty name in it, or stands here twice, or there are more than 64.</exception>
    public UsagePaths(params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        Json = new JsonPaths([.. paths]);
    }

    /// <summary>Makes a set of paths, of which some lead to one and the same value.</summary>
    /// <param name="paths">The paths.</param>
    /// <param name="once">Paths to one value that stands in one of several places, of which nobody needs to look for a second.</param>
    internal UsagePaths(IReadOnlyList<string> paths, IReadOnlyList<string> once) => Json = new JsonPaths([.. paths, .. once], once.Count);

    internal JsonPaths Json { get; }
}
