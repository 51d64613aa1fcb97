using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Caching.Tests.Structure;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one() => ApprovedApi.Check(typeof(IResponseCache).Assembly, "tests/RateLimited.Http.Caching.Tests");
}
