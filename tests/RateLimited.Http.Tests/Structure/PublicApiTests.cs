using System.Reflection;

namespace RateLimited.Http.Tests.Structure;

/// <summary>The public API is a reviewed text: a change of it is seen in the diff of PublicApi.approved.txt, or the build fails.</summary>
public sealed class PublicApiTests
{
    private const string Approved = "tests/RateLimited.Http.Tests/Structure/PublicApi.approved.txt";
    private const string Received = "tests/RateLimited.Http.Tests/Structure/PublicApi.received.txt";
    private const string HowToApprove = "If the change is meant, approve it with `APPROVE=1 dotnet test --project tests/RateLimited.Http.Tests` and commit " + Approved + ".";

    [Fact]
    public void The_public_api_is_the_approved_one()
    {
        var received = PublicApiText.Of(typeof(IServiceRateLimiter).Assembly.GetTypes());
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(Repository.PathOf(Approved), received);
        }

        var approved = File.Exists(Repository.PathOf(Approved)) ? File.ReadAllText(Repository.PathOf(Approved)).ReplaceLineEndings("\n") : "";
        if (approved == received)
        {
            File.Delete(Repository.PathOf(Received));
            return;
        }

        File.WriteAllText(Repository.PathOf(Received), received);
        Assert.Fail($"The public API is not the approved one:\n\n{TextDiff.Of(approved, received)}\n{HowToApprove}");
    }

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
