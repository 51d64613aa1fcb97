using FsCheck;
using FsCheck.Fluent;

namespace RateLimited.Http.Tests.Limits.Cases;

/// <summary>
/// Runs a property over thousands of drawn cases, the same ones each time. What fails is made smaller and shown with its seed; the environment variable LIMITS_SEED draws others, and
/// LIMITS_CASES more or fewer.
/// </summary>
internal static class Holds
{
    private static readonly ulong Seed = Number("LIMITS_SEED", 20_260_101);

    /// <summary>How often a property is tried unless it says otherwise.</summary>
    public static readonly int Usual = (int)Number("LIMITS_CASES", 2_000);

    public static void For<T>(Arbitrary<T> cases, Action<T> property, int share = 1)
    {
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(Math.Max(Usual / share, 1))
            .WithQuietOnSuccess(true)
            .WithReplay(new Replay(new Rnd(Seed), null));
        try
        {
            Check.One(config, Prop.ForAll(cases, property));
        }
        catch (Exception failure)
        {
            throw new Xunit.Sdk.XunitException($"LIMITS_SEED={Seed}: {failure.Message}", failure);
        }
    }

    public static void For<T>(Gen<T> cases, Action<T> property, int share = 1) => For(Arb.From(cases), property, share);

    private static ulong Number(string variable, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), System.Globalization.CultureInfo.InvariantCulture, out var set) ? set : otherwise;
}
