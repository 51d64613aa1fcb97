namespace RateLimited.Http.AI.Text;

/// <summary>Takes the texts of a prompt as they pass.</summary>
internal interface ITextSink
{
    /// <summary>A piece of a text in UTF-8, perhaps cut within a character.</summary>
    void Add(ReadOnlySpan<byte> text);

    /// <summary>A character of a text, or one half of it.</summary>
    void Add(char unit);

    /// <summary>A text has ended.</summary>
    void End();
}
