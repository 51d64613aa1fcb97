using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.History.Redis.Tests.Structure;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one() => ApprovedApi.Check(typeof(RedisHistoryOptions).Assembly, "tests/RateLimited.Http.History.Redis.Tests");
}
