namespace RateLimited.Http.Signals.Dialects;

/// <summary>Docker Hub: the window as a parameter of the quota and of what remains.</summary>
internal static class DockerHub
{
    public static HeaderDialect Dialect { get; } = new("docker-hub")
    {
        Rules =
        [
            new(HeaderField.Limit, "ratelimit-limit"),
            new(HeaderField.Remaining, "ratelimit-remaining"),
            new(HeaderField.Bucket, "docker-ratelimit-source"),
        ],
    };
}
