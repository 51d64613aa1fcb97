using Microsoft.AspNetCore.Builder;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Dashboard.Tests.Structure;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one() => ApprovedApi.Check(typeof(RateLimitDashboardEndpointExtensions).Assembly, "tests/RateLimited.Http.Dashboard.Tests");
}
