using Microsoft.AspNetCore.Http;

namespace RateLimited.Http.Clients.Tests.Upstreams;

/// <summary>How a provider speaks.</summary>
internal interface IProviderShape
{
    /// <summary>The media type of its streams.</summary>
    string StreamType { get; }

    /// <summary>The key that the request carries, or null.</summary>
    string? KeyOf(HttpRequest request);

    Task<Question> ReadAsync(HttpRequest request);

    /// <summary>Says in headers what the limit says.</summary>
    void Report(DoorReading reading, IHeaderDictionary headers);

    /// <summary>The body of an answer with the text.</summary>
    string Answer(string text);

    /// <summary>The body of a failure.</summary>
    string Failure(int status);

    string StreamBegin();

    string StreamPiece(string text);

    string StreamEnd();
}

/// <summary>What a request asks.</summary>
internal sealed record Question(string Text, bool Streams);
