using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Redis.Tests.Structure;

/// <summary>The public API of the Redis package is a reviewed text.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_api_is_the_approved_one() => ApprovedApi.Check(typeof(ExchangeScript).Assembly, "tests/RateLimited.Http.Redis.Tests");
}
