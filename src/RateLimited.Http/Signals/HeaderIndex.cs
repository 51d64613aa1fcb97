using System.Runtime.CompilerServices;
using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Signals;

/// <summary>
/// The headers of one dialect, or of all that are known, by name. Most headers of a response are none of them, so that the way to "no" is the short one: a hash over the length and three
/// characters into a sparse table, behind a look at the length and two characters.
/// </summary>
internal sealed class HeaderIndex
{
    /// <summary>Names that templates are written out for, because they are in nearly every response of their dialects.</summary>
    private static readonly string[] CommonLimits = [UnitCost.Requests, "tokens", "input-tokens", "output-tokens", "input-images"];

    private const int LongestExact = 64;
    private const int ShortestName = 3;

    private readonly Entry[] _table;
    private readonly Template[] _templates;
    private readonly int _shortestTemplate = int.MaxValue;

    /// <summary>The letters that headers of a length have, templates' included; in the last place those of all that are longer.</summary>
    private readonly ulong[] _lettersByLength = new ulong[LongestExact + 2];

    private readonly ulong _lettersOfTemplates;

    public HeaderIndex(IReadOnlyList<HeaderRule> rules)
    {
        var exact = new Dictionary<string, Match>(StringComparer.OrdinalIgnoreCase);
        foreach (var rule in rules.Where(static rule => !rule.IsTemplate))
        {
            exact[rule.Header] = new Match(rule.Header, rule, rule.Limit, rule.Unit, rule.Window.Ticks);
        }

        _templates = [.. rules.Where(static rule => rule.IsTemplate).Select(static rule => new Template(rule)).OrderByDescending(static t => t.Length)];
        foreach (var template in _templates)
        {
            _shortestTemplate = Math.Min(_shortestTemplate, Math.Max(template.Length, ShortestName));
            _lettersOfTemplates |= template.Prefix.Length < ShortestName ? ulong.MaxValue : Letters(template.Prefix);
            foreach (var limit in CommonLimits)
            {
                var name = template.Prefix + limit + template.Suffix;
                exact.TryAdd(name, new Match(name, template.Rule, limit, limit, template.Rule.Window.Ticks));
            }
        }

        for (var length = ShortestName; length < _lettersByLength.Length; length++)
        {
            _lettersByLength[length] = length > Math.Min(_shortestTemplate, LongestExact) ? _lettersOfTemplates : 0;
        }

        _table = new Entry[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, exact.Count * 8))];
        foreach (var match in exact.Values.Where(static match => match.Name.Length is >= ShortestName and <= LongestExact))
        {
            var at = Slot(match.Name);
            while (!_table[at].Name.IsNone)
            {
                at = (at + 1) & (_table.Length - 1);
            }

            _table[at] = new Entry(new FoldedName(match.Name), match);
            _lettersByLength[match.Name.Length] |= Letters(match.Name);
        }
    }

    /// <summary>What a header tells, or null.</summary>
    public Match? Find(string name) => MayKnow(name) ? Look(name) : null;

    private bool MayKnow(string name)
    {
        if (name.Length < ShortestName)
        {
            return false;
        }

        var letters = Letters(name);
        return (_lettersByLength[Math.Min(name.Length, LongestExact + 1)] & letters) == letters;
    }

    /// <summary>Apart from whoever goes over the headers, who is the faster the less there is to keep in mind at once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Match? Look(string name)
    {
        if (name.Length <= LongestExact)
        {
            var at = Slot(name);
            ref readonly var known = ref _table[at];
            while (!known.Name.IsNone)
            {
                if (known.Name.Is(name))
                {
                    return known.Match;
                }

                at = (at + 1) & (_table.Length - 1);
                known = ref _table[at];
            }
        }

        var letters = Letters(name);
        return name.Length > _shortestTemplate && (_lettersOfTemplates & letters) == letters ? FindTemplate(name) : null;
    }

    private Match? FindTemplate(string name)
    {
        foreach (var template in _templates)
        {
            if (template.Find(name) is { } match)
            {
                return match;
            }
        }

        return null;
    }

    /// <summary>Two bits for a name: its first letter, and its third, the first behind an <c>x-</c>. Names that differ only in case have the same.</summary>
    private static ulong Letters(string name) => (1UL << (name[0] & 31)) | (1UL << (32 + (name[2] & 31)));

    private int Slot(string name)
    {
        var length = name.Length;
        var hash = (uint)(length & 0xFF) | ((uint)((name[length - 1] | 0x20) & 0xFF) << 8) | ((uint)((name[length >> 1] | 0x20) & 0xFF) << 16) | ((uint)(name[(length >> 2) + (length >> 1)] & 0xDF) << 24);
        return unchecked((int)((hash * 0x9E3779B97F4A7C15UL) >> 40)) & (_table.Length - 1);
    }

    /// <summary>A header that was found: its rule, and the limit it speaks of.</summary>
    internal sealed record Match(string Name, HeaderRule Rule, SignalText Limit, string Unit, long Window);

    /// <summary>A place in the table. The name stands in it, so that it is not fetched by way of the rest.</summary>
    private readonly record struct Entry(FoldedName Name, Match Match);

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

        public Match? Find(string name)
        {
            if (name.Length <= Length || (name[Prefix.Length >> 1] | 0x20) != (Prefix[Prefix.Length >> 1] | 0x20)
                || !name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || !name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            var limit = new SignalText(name, Prefix.Length, name.Length - Length);
            var parts = NameParts.Of(limit.Span);
            return new Match(name, Rule, limit, parts.Unit, parts.Window > 0 ? parts.Window : Rule.Window.Ticks);
        }
    }
}
