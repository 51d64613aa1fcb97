using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>Docker Hub: pulls in six hours. Figures: docker/docs.</summary>
internal static class DockerHub
{
    private static readonly Source Docs = Source.Docs("docker/docs, usage and limits");

    public static Preset Preset { get; } = new("docker-hub")
    {
        Title = "Docker Hub",
        Dialect = "docker-hub",
        Key = PresetKey.Bearer,
        Counts = "Pulls in six hours, for each account, or for each IPv4 address or IPv6 /64 without one.",
        CountsSource = Docs,
        Forbidden = "The account may not do this; it is no limit.",
        Notes = ["A pull is a GET of a manifest. Where windows begin is not told: the limit is held over every six hours."],
        Tiers =
        [
            new("unauthenticated") { For = "an address", Endpoints = Pulls("100/6h") },
            new("personal") { For = "a personal account", Endpoints = Pulls("200/6h") },
        ],
    };

    private static ImmutableArray<PresetEndpoint> Pulls(string limit) =>
        [PresetEndpoint.Limited("GET /v2/{namespace}/{repository}/manifests/{reference}", new PresetLimit(limit, Docs))];
}
