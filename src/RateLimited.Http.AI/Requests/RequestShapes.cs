namespace RateLimited.Http.AI.Requests;

/// <summary>Tells the shape of a request, and the model that its address names, by its method and path.</summary>
internal static class RequestShapes
{
    private const string Deployments = "/deployments/";

    private static readonly (string End, RequestShape Shape)[] Known =
    [
        ("/chat/completions", RequestShape.Chat),
        ("/completions", RequestShape.Completions),
        ("/responses", RequestShape.Responses),
        ("/embeddings", RequestShape.Embeddings),
        ("/moderations", RequestShape.Moderations),
        ("/messages", RequestShape.Messages),
        ("/audio/transcriptions", RequestShape.Transcription),
        ("/audio/translations", RequestShape.Transcription),
        ("/audio/speech", RequestShape.Speech),
        ("/images/generations", RequestShape.Images),
        ("/images/edits", RequestShape.Images),
        ("/images/variations", RequestShape.Images),
    ];

    /// <summary>The shape, or null for a request that asks no model: a list, a file, a batch.</summary>
    public static RequestShape? Of(HttpRequestMessage request)
    {
        if (request.Method != HttpMethod.Post || request.RequestUri is not { IsAbsoluteUri: true } address)
        {
            return null;
        }

        var path = address.AbsolutePath.AsSpan().TrimEnd('/');
        foreach (var (end, shape) in Known)
        {
            if (path.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            {
                return shape;
            }
        }

        return null;
    }

    /// <summary>Whether the provider puts text of its own around messages and before answers, which counts as tokens.</summary>
    public static bool IsFramed(this RequestShape shape) => shape is RequestShape.Chat or RequestShape.Responses or RequestShape.Messages;

    /// <summary>The deployment that Azure has in the address, which stands for the model; empty where there is none.</summary>
    public static string DeploymentOf(HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath;
        var start = path.IndexOf(Deployments, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return string.Empty;
        }

        start += Deployments.Length;
        var end = path.IndexOf('/', start);
        return end < 0 ? string.Empty : Uri.UnescapeDataString(path[start..end]);
    }
}
