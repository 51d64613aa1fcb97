namespace RateLimited.Http.Costs.Json;

/// <summary>Finds the values at paths while JSON passes.</summary>
internal sealed class JsonValueScanner(JsonValues values) : JsonScanner
{
    private const int Nothing = -1;

    private readonly int[] _nodes = new int[values.Paths.Depth + 1];
    private int _node;

    /// <summary>No name that is looked for has an escape in it: it stands as it is wherever it stands.</summary>
    public override int FirstOf(ReadOnlySpan<byte> documents)
    {
        var first = -1;
        var ends = values.Ends;
        for (var i = 0; i < ends.Count; i++)
        {
            var at = documents.IndexOf(ends[i]);
            if (at >= 0)
            {
                first = at;
                documents = documents[..at];
            }
        }

        return first;
    }

    protected override bool OnName(ReadOnlySpan<byte> name)
    {
        // Only containers on a path are looked into, so that the depth is within the paths'.
        _node = values.Paths.Below(_nodes[Depth - 1], name);
        return _node != Nothing;
    }

    /// <summary>A document itself; arrays are not looked into.</summary>
    protected override bool OnElement()
    {
        _node = 0;
        return Depth == 0;
    }

    protected override void OnBegin(bool isObject)
    {
        if (values.Paths.PathAt(_node) is >= 0 and var path)
        {
            values.SayOdd(path);
        }

        if (Depth <= _nodes.Length)
        {
            _nodes[Depth - 1] = _node;
        }
    }

    protected override void OnEnd()
    {
    }

    protected override void OnTextBegin()
    {
        if (Path is >= 0 and var path)
        {
            values.BeginText(path);
        }
    }

    protected override void OnText(ReadOnlySpan<byte> text)
    {
        if (Path is >= 0 and var path)
        {
            values.AddText(path, text);
        }
    }

    protected override void OnEscape(char unit)
    {
        if (Path is >= 0 and var path)
        {
            // Names of models are plain. What is not is kept as something that equals none.
            values.AddText(path, [unit is >= ' ' and <= '~' ? (byte)unit : (byte)'?']);
        }
    }

    protected override void OnTextEnd()
    {
    }

    protected override void OnNumber(ReadOnlySpan<byte> number)
    {
        if (Path is >= 0 and var path)
        {
            values.SayNumber(path, number);
        }
    }

    /// <summary>A <c>null</c> says nothing: in streams it stands where the usage will be at the end.</summary>
    protected override void OnLiteral(byte first)
    {
        if (first != 'n' && Path is >= 0 and var path)
        {
            values.SayOdd(path);
        }
    }

    protected override void OnReset() => _node = 0;

    private int Path => values.Paths.PathAt(_node);
}
