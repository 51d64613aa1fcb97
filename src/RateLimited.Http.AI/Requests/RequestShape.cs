namespace RateLimited.Http.AI.Requests;

/// <summary>What a request asks of a model, which says what its body looks like and how its answer reports usage.</summary>
internal enum RequestShape
{
    /// <summary>OpenAI's chat completions, and those of all who imitate them.</summary>
    Chat,

    /// <summary>OpenAI's responses.</summary>
    Responses,

    /// <summary>Completions of a plain prompt.</summary>
    Completions,

    /// <summary>Embeddings: there is no output.</summary>
    Embeddings,

    /// <summary>Moderations: there is no output.</summary>
    Moderations,

    /// <summary>Anthropic's messages.</summary>
    Messages,

    /// <summary>Speech to text.</summary>
    Transcription,

    /// <summary>Text to speech.</summary>
    Speech,

    /// <summary>Images that are made or changed.</summary>
    Images,
}
