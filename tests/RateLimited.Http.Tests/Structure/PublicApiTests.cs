using System.Reflection;

namespace RateLimited.Http.Tests.Structure;

/// <summary>The public API of each package is a reviewed text: a change of it is seen in the diff of its .approved.txt, or the build fails.</summary>
public sealed class PublicApiTests
{
    private const string Room = "tests/RateLimited.Http.Tests/Structure/";

    [Theory]
    [InlineData("RateLimited.Http", "PublicApi")]
    [InlineData("RateLimited.Http.Testing", "PublicApi.Testing")]
    public void The_public_api_is_the_approved_one(string package, string file)
    {
        var (approvedFile, receivedFile) = ($"{Room}{file}.approved.txt", $"{Room}{file}.received.txt");
        var received = PublicApiText.Of(Assembly.Load(package).GetTypes());
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(Repository.PathOf(approvedFile), received);
        }

        var approved = File.Exists(Repository.PathOf(approvedFile)) ? File.ReadAllText(Repository.PathOf(approvedFile)).ReplaceLineEndings("\n") : "";
        if (approved == received)
        {
            File.Delete(Repository.PathOf(receivedFile));
            return;
        }

        File.WriteAllText(Repository.PathOf(receivedFile), received);
        Assert.Fail($"The public API of {package} is not the approved one:\n\n{TextDiff.Of(approved, received)}\n"
            + $"If the change is meant, approve it with `APPROVE=1 dotnet test --project tests/RateLimited.Http.Tests` and commit {approvedFile}.");
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
