using System.Text;

namespace RateLimited.Http.Testing.Answers;

/// <summary>What an upstream answers to a request, before anything goes wrong with it.</summary>
internal sealed record Answer
{
    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "application/json";

    /// <summary>The body in the pieces in which it is sent: the work is spread over the gaps between them.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces { get; init; } = [];

    /// <summary>What the request did really cost; units that are not named cost what was estimated.</summary>
    public IReadOnlyList<UnitCost> Costs { get; init; } = [];

    /// <summary>A body that is sent at once but for its last byte, which ends the work.</summary>
    public static Answer Whole(string body, int status = 200, string contentType = "application/json")
    {
        var bytes = Encoding.UTF8.GetBytes(body).AsMemory();
        return new Answer { Status = status, ContentType = contentType, Pieces = bytes.Length < 2 ? [bytes] : [bytes[..^1], bytes[^1..]] };
    }
}
