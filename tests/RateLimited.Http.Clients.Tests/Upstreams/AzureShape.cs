using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RateLimited.Http.Clients.Tests.Upstreams;

/// <summary>A service of Azure's kind: <c>GET /things/{text}?api-version=…</c>, a request id, errors with a code, and of limits no word before the refusal.</summary>
internal sealed class AzureShape : IProviderShape
{
    public string StreamType => "application/octet-stream";

    public string? KeyOf(HttpRequest request) => request.Headers["api-key"].SingleOrDefault();

    public Task<Question> ReadAsync(HttpRequest request)
    {
        request.Query["api-version"].ToString().ShouldNotBeEmpty();
        var parts = request.Path.Value!.Split('/');
        return Task.FromResult(new Question(parts[2], string.Equals(parts[1], "contents", StringComparison.Ordinal)));
    }

    public void Report(DoorReading reading, IHeaderDictionary headers) => headers["x-ms-request-id"] = "0b5c0a1e-0000-4000-8000-000000000001";

    public string Answer(string text) => $$"""{"text":{{JsonSerializer.Serialize(text)}}}""";

    public string Failure(int status) => status == StatusCodes.Status429TooManyRequests
        ? """{"error":{"code":"TooManyRequests","message":"The request is being throttled."}}"""
        : """{"error":{"code":"InternalServerError","message":"Something went wrong."}}""";

    public string StreamBegin() => "";

    public string StreamPiece(string text) => text + "\n";

    public string StreamEnd() => "";
}
