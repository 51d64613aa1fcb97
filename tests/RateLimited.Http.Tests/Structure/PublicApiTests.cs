using System.Reflection;

namespace RateLimited.Http.Tests.Structure;

/// <summary>The public API of the core is a reviewed text, and what writes it down sees all that callers and heirs see.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_api_is_the_approved_one() => ApprovedApi.Check(typeof(IServiceRateLimiter).Assembly, "tests/RateLimited.Http.Tests");

    [Fact]
    public void Members_are_written_as_callers_and_heirs_see_them()
    {
        Type[] fixture = [typeof(ApiFixture.Everything<>), .. typeof(ApiFixture.Everything<>).GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic)];

        Assert.Equal(ApiFixture.Written.Members, PublicApiText.Of(fixture));
    }

    [Fact]
    public void Kinds_of_types_are_told_apart()
    {
        Type[] fixture = [typeof(ApiFixture.Choice), typeof(ApiFixture.Callback<>), typeof(ApiFixture.Pair), typeof(ApiFixture.Fact), typeof(ApiFixture.Extensions)];

        Assert.Equal(ApiFixture.Written.Kinds, PublicApiText.Of(fixture));
    }

    [Fact]
    public void A_difference_names_the_type_it_is_in() =>
        TextDiff.Of("class A\n  int X\n\nclass B\n  int Y\n", "class A\n  int X\n\nclass B\n  long Y\n").ShouldBe("  class B\n-   int Y\n+   long Y\n");
}
