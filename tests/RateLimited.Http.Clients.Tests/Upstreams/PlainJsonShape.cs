using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RateLimited.Http.Clients.Tests.Upstreams;

/// <summary>A REST API of somebody's: <c>GET /items/{text}</c>, <c>GET /downloads/{text}</c>, and a reset in seconds since 1970.</summary>
internal sealed class PlainJsonShape : IProviderShape
{
    public string StreamType => "text/plain";

    public string? KeyOf(HttpRequest request) => request.Headers["X-Api-Key"].SingleOrDefault();

    public Task<Question> ReadAsync(HttpRequest request)
    {
        var parts = request.Path.Value!.Split('/');
        return Task.FromResult(new Question(parts[2], string.Equals(parts[1], "downloads", StringComparison.Ordinal)));
    }

    public void Report(DoorReading reading, IHeaderDictionary headers)
    {
        headers["X-RateLimit-Limit"] = reading.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = reading.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = Math.Ceiling((DateTimeOffset.UtcNow + reading.UntilFull - DateTimeOffset.UnixEpoch).TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }

    public string Answer(string text) => $$"""{"text":{{JsonSerializer.Serialize(text)}}}""";

    public string Failure(int status) => """{"message":"It did not work."}""";

    public string StreamBegin() => "";

    public string StreamPiece(string text) => text + "\n";

    public string StreamEnd() => "";
}
