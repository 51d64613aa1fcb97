using System.Text;

namespace RateLimited.Http.Costs.Json;

/// <summary>The places in a JSON document that are looked for, such as <c>usage.prompt_tokens</c>: names with dots between them. Arrays are not looked into. Immutable.</summary>
internal sealed class JsonPaths
{
    private const int MostPaths = 64;

    private readonly List<Node> _nodes = [new(string.Empty, [])];

    /// <exception cref="ArgumentException">A path is empty, stands here twice or is too deep, or there are too many.</exception>
    public JsonPaths(params IReadOnlyList<string> paths)
        : this(paths, once: 0)
    {
    }

    /// <param name="paths">The paths.</param>
    /// <param name="once">How many of them, at the end of the list, are one value in several places, of which nobody needs to look for a second.</param>
    /// <exception cref="ArgumentException">A path is empty, stands here twice or is too deep, or there are too many.</exception>
    public JsonPaths(IReadOnlyList<string> paths, int once)
    {
        if (paths.Count > MostPaths)
        {
            throw new ArgumentException($"{paths.Count} paths are looked for; at most {MostPaths} are.", nameof(paths));
        }

        Paths = paths;
        for (var slot = 0; slot < paths.Count; slot++)
        {
            Add(paths[slot], slot);
        }

        Once = paths.Count - once;
        Ends = EndsOf(paths);
        EndsWithoutOnce = EndsOf(paths.Take(Once));
    }

    /// <summary>The paths; the place of each in the list is its number.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The number of the first path whose value is looked for but once.</summary>
    public int Once { get; }

    /// <summary>How the last names of the paths end, behind their last underscore: what holds none of them holds no value that is looked for.</summary>
    public IReadOnlyList<byte[]> Ends { get; }

    /// <summary>The same of the paths whose values are looked for to the end.</summary>
    public IReadOnlyList<byte[]> EndsWithoutOnce { get; }

    /// <summary>How deep the deepest path is.</summary>
    public int Depth { get; private set; }

    /// <summary>The number of a path.</summary>
    /// <exception cref="ArgumentException">It is not looked for.</exception>
    public int NumberOf(string path)
    {
        for (var i = 0; i < Paths.Count; i++)
        {
            if (string.Equals(Paths[i], path, StringComparison.Ordinal))
            {
                return i;
            }
        }

        throw new ArgumentException($"The path '{path}' is not one of those that are looked for: {string.Join(", ", Paths)}.", nameof(path));
    }

    /// <summary>The node below another by its name, or -1. The root is node 0.</summary>
    public int Below(int node, ReadOnlySpan<byte> name)
    {
        foreach (var child in _nodes[node].Children)
        {
            if (name.SequenceEqual(_nodes[child].Bytes))
            {
                return child;
            }
        }

        return -1;
    }

    /// <summary>The number of the path that ends at a node, or -1 where only longer ones pass through it.</summary>
    public int PathAt(int node) => _nodes[node].Path;

    private static byte[][] EndsOf(IEnumerable<string> paths) =>
        [.. paths.Select(static path => path[(path.LastIndexOfAny(['.', '_']) + 1)..]).Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)];

    private void Add(string path, int number)
    {
        var names = path.Split('.');
        if (Array.Exists(names, static name => name.Length is 0 or > JsonScanner.MaxToken) || names.Length >= JsonScanner.MaxDepth)
        {
            throw new ArgumentException($"'{path}' is not a path: names with dots between them, such as 'usage.total_tokens'.", nameof(path));
        }

        var node = 0;
        foreach (var name in names)
        {
            var below = Below(node, Encoding.UTF8.GetBytes(name));
            if (below < 0)
            {
                below = _nodes.Count;
                _nodes.Add(new Node(name, []));
                _nodes[node].Children.Add(below);
            }

            node = below;
        }

        if (_nodes[node].Path >= 0)
        {
            throw new ArgumentException($"The path '{path}' stands here twice.", nameof(path));
        }

        _nodes[node].Path = number;
        Depth = Math.Max(Depth, names.Length);
    }

    private sealed record Node(string Name, List<int> Children)
    {
        public byte[] Bytes { get; } = Encoding.UTF8.GetBytes(Name);

        public int Path { get; set; } = -1;
    }
}
