using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.AI.Tests.Structure;

/// <summary>The public API of the package is a reviewed text.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_api_is_the_approved_one() => ApprovedApi.Check(typeof(ITokenCounter).Assembly, "tests/RateLimited.Http.AI.Tests");
}
