using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Alerts.Tests.Structure;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one() => ApprovedApi.Check(typeof(IAlertSink).Assembly, "tests/RateLimited.Http.Alerts.Tests");
}
