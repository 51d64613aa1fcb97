using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Signals;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Signals;

/// <summary>Names of headers are the same whatever their case, and otherwise to the letter.</summary>
public sealed class FoldedNameTests
{
    /// <summary>What a header's name may be made of; in the last of them are those that a letter's other case could be taken for.</summary>
    private static readonly Gen<char> Characters = Gen.OneOf(
        Gen.Elements([.. "abcdefghijklmnopqrstuvwxyz"]), Gen.Elements([.. "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]), Gen.Elements([.. "-_0123456789"]), Gen.Elements([.. "!#$%&'*+.^`|~"]));

    private static readonly Gen<(string Known, string Name)> Names =
        from length in Gen.Choose(1, 64)
        from known in Characters.ArrayOf(length)
        from upper in Gen.Elements(true, false).ArrayOf(length)
        from place in Gen.Choose(0, length - 1)
        from other in Gen.OneOf(Gen.Constant(known[place]), Characters, Gen.Constant((char)(known[place] ^ ' ')))
        from longer in Gen.Choose(0, 9)
        select (new string(known), NameOf(known, upper, place, other, longer == 0));

    [Fact]
    public void A_name_is_the_one_that_it_differs_from_in_case_alone() =>
        Holds.For(Names, static pair => new FoldedName(pair.Known).Is(pair.Name).ShouldBe(string.Equals(pair.Known, pair.Name, StringComparison.OrdinalIgnoreCase), $"{pair.Known} {pair.Name}"));

    [Fact]
    public void No_name_is_none() => (default(FoldedName).IsNone, new FoldedName("date").IsNone).ShouldBe((true, false));

    private static string NameOf(char[] known, bool[] upper, int place, char other, bool isLonger)
    {
        var name = known.Zip(upper, static (character, isUpper) => isUpper ? char.ToUpperInvariant(character) : char.ToLowerInvariant(character)).ToArray();
        name[place] = other;
        return new string(name) + (isLonger ? "s" : string.Empty);
    }
}
