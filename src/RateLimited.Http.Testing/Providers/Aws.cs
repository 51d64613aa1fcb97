using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Amazon's services: a bucket, no headers but the name of the error. The figure is an example.</summary>
internal static class Aws
{
    public static Provider Provider { get; } = new("aws")
    {
        Tiers = [new("", [UpstreamLimit.TokenBucket(10, FromSeconds(1), capacity: 20)])],
        Headers = [HeaderLine.OfResponse("x-amzn-errortype", Says.WhenRefused(static _ => "ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.availability/"))],
        Refuse = static _ => new Refused(400, """{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}""", "application/x-amz-json-1.1"),
    };
}
