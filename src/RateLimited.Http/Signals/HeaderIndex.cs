using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Signals;

/// <summary>
/// The headers of one dialect, or of all that are known, by name. Most headers of a response are none of them, so that the way to "no" is the short one: a hash over the length and three
/// characters into a sparse table.
/// </summary>
internal sealed class HeaderIndex
{
    /// <summary>Names that templates are written out for, because they are in nearly every response of their dialects.</summary>
    private static readonly string[] CommonLimits = [UnitCost.Requests, "tokens", "input-tokens", "output-tokens", "input-images"];

    private readonly Entry[] _table;
    private readonly Template[] _templates;
    private readonly int _shortestTemplate = int.MaxValue;

    public HeaderIndex(IReadOnlyList<HeaderRule> rules)
    {
        var exact = new Dictionary<string, Match>(StringComparer.OrdinalIgnoreCase);
        foreach (var rule in rules.Where(static rule => !rule.IsTemplate))
        {
            exact[rule.Header] = new Match(rule, rule.Limit, rule.Unit, rule.Window.Ticks);
        }

        _templates = [.. rules.Where(static rule => rule.IsTemplate).Select(static rule => new Template(rule)).OrderByDescending(static t => t.Length)];
        foreach (var template in _templates)
        {
            _shortestTemplate = Math.Min(_shortestTemplate, template.Length);
            foreach (var limit in CommonLimits)
            {
                exact.TryAdd(template.Prefix + limit + template.Suffix, new Match(template.Rule, limit, limit, template.Rule.Window.Ticks));
            }
        }

        _table = new Entry[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, exact.Count * 8))];
        foreach (var (name, match) in exact)
        {
            var at = Slot(name);
            while (_table[at].Name is not null)
            {
                at = (at + 1) & (_table.Length - 1);
            }

            _table[at] = new Entry(name, match);
        }
    }

    /// <summary>What a header tells, or null.</summary>
    public bool TryFind(string name, out Match match)
    {
        if (name.Length == 0)
        {
            match = default;
            return false;
        }

        for (var at = Slot(name); _table[at].Name is { } known; at = (at + 1) & (_table.Length - 1))
        {
            if (known.Length == name.Length && known.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                match = _table[at].Match;
                return true;
            }
        }

        if (name.Length > _shortestTemplate)
        {
            foreach (var template in _templates)
            {
                if (template.TryMatch(name, out match))
                {
                    return true;
                }
            }
        }

        match = default;
        return false;
    }

    private int Slot(string name)
    {
        var length = name.Length;
        var hash = (uint)(length & 0xFF) | ((uint)((name[length - 1] | 0x20) & 0xFF) << 8) | ((uint)((name[length >> 1] | 0x20) & 0xFF) << 16) | ((uint)(name[(length >> 2) + (length >> 1)] & 0xDF) << 24);
        return unchecked((int)((hash * 0x9E3779B97F4A7C15UL) >> 40)) & (_table.Length - 1);
    }

    /// <summary>A header that was found: its rule, and the limit it speaks of.</summary>
    internal readonly record struct Match(HeaderRule Rule, SignalText Limit, string Unit, long Window);

    private readonly record struct Entry(string? Name, Match Match);

    private sealed class Template
    {
        public Template(HeaderRule rule)
        {
            var at = rule.Header.IndexOf(HeaderRule.Placeholder, StringComparison.Ordinal);
            Rule = rule;
            Prefix = rule.Header[..at];
            Suffix = rule.Header[(at + HeaderRule.Placeholder.Length)..];
        }

        public HeaderRule Rule { get; }

        public string Prefix { get; }

        public string Suffix { get; }

        public int Length => Prefix.Length + Suffix.Length;

        public bool TryMatch(string name, out Match match)
        {
            if (name.Length <= Length || (name[Prefix.Length >> 1] | 0x20) != (Prefix[Prefix.Length >> 1] | 0x20)
                || !name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || !name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
            {
                match = default;
                return false;
            }

            var limit = new SignalText(name, Prefix.Length, name.Length - Length);
            var parts = NameParts.Of(limit.Span);
            match = new Match(Rule, limit, parts.Unit, parts.Window > 0 ? parts.Window : Rule.Window.Ticks);
            return true;
        }
    }
}
